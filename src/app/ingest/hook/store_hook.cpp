// SPDX-License-Identifier: MIT
#include "app/ingest/hook/store_hook.hpp"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "app/ingest/limits/admit.hpp"
#include "app/ingest/refusal.hpp"
#include "app/ingest/storing/append_batch.hpp"
#include "app/ingest/storing/durable_reply.hpp"
#include "app/ingest/storing/event_ids.hpp"
#include "app/ingest/storing/poster.hpp"
#include "app/ingest/storing/stored_series.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using queue::Stored;
using queue::StoredAll;

/// What became of the elements of one request.
struct Numbers {
  std::size_t stored = 0;
  std::size_t duplicates = 0;
  std::size_t ignored = 0;
  std::vector<queue::EventId> ids{};  // of the first two
};

http::Reply success(Context& context, const std::string& hook, const Numbers& numbers) {
  context.counters.count_accepted(numbers.stored);
  context.counters.count_duplicates(numbers.duplicates);
  HookCounters& counters = context.services.hook_counters;
  counters.count(hook, HookOutcome::stored, numbers.stored);
  counters.count(hook, HookOutcome::duplicate, numbers.duplicates);
  counters.count(hook, HookOutcome::ignored, numbers.ignored);
  http::Reply reply(200);
  reply.body.reserve(size_with_ids(numbers.ids.size()));
  json::Writer out(reply.body);
  out.object().member("stored", numbers.stored).member("duplicates", numbers.duplicates);
  out.member("ignored", numbers.ignored);
  write_ids(out, numbers.ids);
  out.end_object();
  reply.body += '\n';
  reply.content_type = "application/json";
  return reply;
}

/// In the words of a hook, whose sender knows ids and no keys.
event::Rejection why_no_event(Stored stored) {
  if (stored == Stored::key_in_flight)
    return {Reason::key_in_flight, "an event with this id is being stored: try again"};
  if (stored == Stored::key_reused)
    return {Reason::key_reused, "too many ids came with other events before: was the mapping changed?"};
  return why_not(stored);
}

/// Elsewhere these are 409 and 429.
bool helps_to_repeat(Reason reason) noexcept {
  return reason == Reason::key_in_flight || reason == Reason::rate_limited || reason == Reason::too_many_series ||
         reason == Reason::ahead_of_clock;
}

void log_events(const Context& context, const http::Request& request, const std::string& hook) {
  if (!log::enabled(log::Level::debug)) return;
  for (const event::Event& event : context.batch.events())
    log::debug("event",
               {{"peer", request.peer.text()}, {"hook", hook}, {"labels", event.labels}, {"value", event.value}});
}

/// What the sender of a hook is told, which calls a used id a duplicate.
Numbers numbers_of(StoredAll all, std::size_t reused, std::size_t ignored) {
  return {all.stored, all.duplicates + all.reused_at.size() + reused, ignored, std::move(all.ids)};
}

struct Wanted {
  std::string hook;
  std::size_t reused;
  std::size_t ignored;
};

std::unique_ptr<http::PendingReply> answer_when_durable(Context& context, const http::Request& request, Wanted wanted,
                                                        StoredAll appended) {
  StoredSeries counted(context, appended);
  return when_durable(
      context, [&context, peer = request.peer, sender = sender_of(context, request), wanted = std::move(wanted),
                series = std::move(counted), appended = std::move(appended)](const queue::Durable& durable) mutable {
        StoredAll all = queue::outcome_of(std::move(appended), durable, true);
        if (all.what != Stored::stored) {
          context.services.hook_counters.count(wanted.hook, HookOutcome::refused);
          return refuse(context, peer, why_no_event(all.what));
        }
        note_sender(context, sender, all.ids);
        series.count(all);
        return success(context, wanted.hook, numbers_of(std::move(all), wanted.reused, wanted.ignored));
      });
}

}  // namespace

http::Reply refuse_hook(Context& context, const http::Request& request, const std::string& hook,
                        event::Rejection rejection) {
  context.services.hook_counters.count(hook, HookOutcome::refused);
  rejection.message.insert(0, "hook \"" + hook + "\": ");
  const bool may_help = helps_to_repeat(rejection.reason);
  const bool unknown_metric = rejection.reason == Reason::unknown_metric;
  http::Reply reply = refuse(context, request, std::move(rejection));
  if (may_help) reply.status = 503;
  if (unknown_metric) reply.status = 400;  // 404 would say that there is no such hook
  return reply;
}

http::Answer store_hook(Context& context, const http::Request& request, const std::string& hook, std::size_t ignored) {
  if (auto admitted = admit(context, request, context.batch.events()); !admitted)
    return refuse_hook(context, request, hook, std::move(admitted.error()));
  std::size_t reused = 0;
  queue::Poster poster = poster_of(context, request);
  poster.each_alone = true;
  StoredAll all = append_batch_without_reused(context, poster, [&reused](std::size_t) { ++reused; });
  switch (all.what) {
    case Stored::stored:
    case Stored::duplicate:
      log_events(context, request, hook);
      note_sender(context, request, all.ids);
      StoredSeries(context, all).count(all);
      return success(context, hook, numbers_of(std::move(all), reused, ignored));
    case Stored::flushing:
      log_events(context, request, hook);
      return answer_when_durable(context, request, {hook, reused, ignored}, std::move(all));
    default:
      return refuse_hook(context, request, hook, why_no_event(all.what));
  }
}

}  // namespace oneshot::app
