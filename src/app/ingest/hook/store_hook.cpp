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

http::Reply success(Context& context, const std::string& hook, const Numbers& numbers, const StoredSeries& series) {
  context.counters.count_accepted(numbers.stored);
  context.counters.count_duplicates(numbers.duplicates);
  series.count();
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

std::unique_ptr<http::PendingReply> answer_when_durable(Context& context, const Address& peer, const std::string& hook,
                                                        const Numbers& numbers, StoredSeries series) {
  return when_durable(context, [&context, peer, hook, numbers, series = std::move(series)](bool stored) {
    if (stored) return success(context, hook, numbers, series);
    context.services.hook_counters.count(hook, HookOutcome::refused);
    return refuse(context, peer, why_not(Stored::unable));
  });
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
  StoredAll all =
      append_batch_without_reused(context, poster_of(context, request), [&reused](std::size_t) { ++reused; });
  const Numbers numbers{all.stored, all.duplicates + reused, ignored, std::move(all.ids)};
  switch (all.what) {
    case Stored::stored:
    case Stored::duplicate:
      log_events(context, request, hook);
      note_sender(context, request, numbers.ids);
      return success(context, hook, numbers, StoredSeries(context, all));
    case Stored::flushing:
      log_events(context, request, hook);
      note_sender(context, request, numbers.ids);
      return answer_when_durable(context, request.peer, hook, numbers, StoredSeries(context, all));
    default:
      return refuse_hook(context, request, hook, why_no_event(all.what));
  }
}

}  // namespace oneshot::app
