// SPDX-License-Identifier: MIT
#include "app/ingest/store_hook.hpp"

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "app/ingest/admit.hpp"
#include "app/ingest/refusal.hpp"
#include "app/ingest/stored_series.hpp"
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
};

http::Reply success(Context& context, const std::string& hook, const Numbers& numbers, const StoredSeries& series) {
  context.counters.count_accepted(numbers.stored);
  context.counters.count_duplicates(numbers.duplicates);
  series.count();
  HookCounters& counters = context.services.hook_counters;
  counters.count(hook, HookOutcome::stored, numbers.stored);
  counters.count(hook, HookOutcome::duplicate, numbers.duplicates);
  counters.count(hook, HookOutcome::ignored, numbers.ignored);
  std::string body = "{\"stored\":";
  append_unsigned(body, numbers.stored);
  body += ",\"duplicates\":";
  append_unsigned(body, numbers.duplicates);
  body += ",\"ignored\":";
  append_unsigned(body, numbers.ignored);
  body += "}\n";
  http::Reply reply(200, std::move(body));
  reply.content_type = "application/json";
  return reply;
}

/// The events wait to be flushed, with those of other requests.
class DurableHook final : public http::PendingReply {
 public:
  DurableHook(Context& context, const Address& peer, std::string hook, const Numbers& numbers, StoredSeries series)
      : context_(context), peer_(peer), hook_(std::move(hook)), numbers_(numbers), series_(std::move(series)) {
    context.services.queue.when_durable(context.worker, [stored = stored_, notify = flushed_.notifier()](Stored what) {
      stored->store(what, std::memory_order_relaxed);
      notify();
    });
  }

  delivery::OneShotEvent& ready() noexcept override { return flushed_; }
  http::Reply finish() override {
    if (stored_->load(std::memory_order_relaxed) == Stored::stored) return success(context_, hook_, numbers_, series_);
    context_.services.hook_counters.count(hook_, HookOutcome::refused);
    return refuse_unable(context_, peer_);
  }

 private:
  Context& context_;
  Address peer_;
  std::string hook_;
  Numbers numbers_;
  StoredSeries series_;
  delivery::OneShotEvent flushed_;
  std::shared_ptr<std::atomic<Stored>> stored_ = std::make_shared<std::atomic<Stored>>(Stored::flushing);
};

/// Each event whose id came with another event before is taken out, and the rest tried again. Each try costs a look at
/// every event, so that their number has a bound: 1,000 events may all be such.
StoredAll append_rest(Context& context, std::size_t& reused) {
  constexpr std::size_t most_looks = 1'000'000;
  ingest::Batch& batch = context.batch;
  const std::size_t most = most_looks / (batch.events().size() + 1);
  for (;; ++reused) {
    if (batch.events().empty()) return {};
    const StoredAll all = context.services.queue.append_all(context.worker, batch.events());
    if (all.what != Stored::key_reused || reused == most) return all;
    batch.erase(all.at);
  }
}

event::Rejection why_not(Stored what) {
  switch (what) {
    case Stored::full:
      return {Reason::log_full, "the event log is full: try again later"};
    case Stored::key_in_flight:
      return {Reason::key_in_flight, "an event with this id is being stored: try again"};
    case Stored::key_reused:
      return {Reason::key_reused, "too many ids came with other events before: was the mapping changed?"};
    default:
      return {Reason::unable_to_store, "the event log cannot be written: see the server's log"};
  }
}

/// Elsewhere these are 409 and 429.
bool helps_to_repeat(Reason reason) noexcept {
  return reason == Reason::key_in_flight || reason == Reason::rate_limited || reason == Reason::too_many_series;
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
  if (auto refused = admit(context, request, context.batch.events()))
    return refuse_hook(context, request, hook, *std::move(refused));
  std::size_t reused = 0;
  const StoredAll all = append_rest(context, reused);
  const Numbers numbers{all.stored, all.duplicates + reused, ignored};
  switch (all.what) {
    case Stored::stored:
    case Stored::duplicate:
      log_events(context, request, hook);
      return success(context, hook, numbers, StoredSeries(context, all));
    case Stored::flushing:
      log_events(context, request, hook);
      return std::make_unique<DurableHook>(context, request.peer, hook, numbers, StoredSeries(context, all));
    default:
      return refuse_hook(context, request, hook, why_not(all.what));
  }
}

}  // namespace oneshot::app
