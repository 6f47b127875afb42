// SPDX-License-Identifier: MIT
#include "app/ingest/store_event.hpp"

#include <atomic>
#include <memory>
#include <utility>

#include "app/ingest/admit.hpp"
#include "app/ingest/count_accepted.hpp"
#include "app/ingest/refusal.hpp"
#include "base/log.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using queue::Stored;

/// The event waits to be flushed, with those of other requests.
class DurableReply final : public http::PendingReply {
 public:
  DurableReply(Context& context, const Address& peer, EventCounters::Number* series)
      : context_(context), peer_(peer), counters_(context.event_counters), series_(series) {
    context.services.queue.when_durable(context.worker, [stored = stored_, notify = flushed_.notifier()](Stored what) {
      stored->store(what, std::memory_order_relaxed);
      notify();
    });
  }

  delivery::OneShotEvent& ready() noexcept override { return flushed_; }
  http::Reply finish() override {
    if (stored_->load(std::memory_order_relaxed) != Stored::stored) return refuse_unable(context_, peer_);
    context_.counters.count_accepted();
    EventCounters::count(series_);
    return http::Reply(200);
  }

 private:
  Context& context_;
  Address peer_;
  const std::shared_ptr<EventCounters> counters_;  // a reload may make others
  EventCounters::Number* const series_;            // of them
  delivery::OneShotEvent flushed_;
  std::shared_ptr<std::atomic<Stored>> stored_ = std::make_shared<std::atomic<Stored>>(Stored::flushing);
};

void log_stored(const Address& peer, const event::Event& event) {
  if (log::enabled(log::Level::debug))
    log::debug("event", {{"peer", peer.text()}, {"labels", event.labels}, {"value", event.value}});
}

/// As the first POST was answered, and says that this one was not the first.
[[gnu::cold]] http::Reply replayed(Context& context) {
  context.counters.count_duplicates();
  http::Reply reply(200);
  reply.extra_headers = "Idempotency-Replayed: true\r\n";
  return reply;
}

}  // namespace

http::Answer store_event(Context& context, const http::Request& request, const event::Event& event) {
  if (auto refused = admit(context, request, {&event, 1})) return refuse(context, request, *std::move(refused));
  switch (context.services.queue.append(context.worker, event)) {
    case Stored::stored:
      count_accepted(context, event);
      log_stored(request.peer, event);
      return http::Answer(std::in_place_type<http::Reply>, 200);  // made where it stays
    case Stored::flushing:
      log_stored(request.peer, event);
      return std::make_unique<DurableReply>(context, request.peer,
                                            context.event_counters->series_of(context.worker, event));
    case Stored::full:
      return refuse(context, request, {Reason::log_full, "the event log is full: try again later"});
    case Stored::duplicate:
      return replayed(context);
    case Stored::key_reused:
      return refuse(context, request,
                    {Reason::key_reused, "this idempotency key was used for another event: write a new one"});
    case Stored::key_in_flight:
      return refuse(context, request,
                    {Reason::key_in_flight, "the event with this idempotency key is being stored: ask again"});
    case Stored::unable:
      break;
  }
  return refuse_unable(context, request.peer);
}

}  // namespace oneshot::app
