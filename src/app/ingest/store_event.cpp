// SPDX-License-Identifier: MIT
#include "app/ingest/store_event.hpp"

#include <memory>
#include <utility>

#include "app/ingest/admit.hpp"
#include "app/ingest/count_accepted.hpp"
#include "app/ingest/durable_reply.hpp"
#include "app/ingest/key_reused.hpp"
#include "app/ingest/poster.hpp"
#include "app/ingest/refusal.hpp"
#include "base/log.hpp"

namespace oneshot::app {
namespace {

using queue::Stored;

void log_stored(const Address& peer, const event::Event& event) {
  if (log::enabled(log::Level::debug))
    log::debug("event", {{"peer", peer.text()}, {"labels", event.labels}, {"value", event.value}});
}

std::unique_ptr<http::PendingReply> answer_when_durable(Context& context, const Address& peer,
                                                        const event::Event& event) {
  // A reload meanwhile may make other counters.
  return when_durable(context, [&context, peer, counters = context.event_counters, client = context.client_number,
                                series = context.event_counters->series_of(context.worker, event)](bool stored) {
    if (!stored) return refuse(context, peer, why_not(Stored::unable));
    context.counters.count_accepted();
    EventCounters::count(series);
    if (client != nullptr) Counters::increase(*client, 1);
    return http::Reply(200);
  });
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
  const Stored stored = context.services.queue.append(poster_of(context, request), event);
  switch (stored) {
    case Stored::stored:
      count_accepted(context, event);
      log_stored(request.peer, event);
      return http::Answer(std::in_place_type<http::Reply>, 200);  // made where it stays
    case Stored::duplicate:
      return replayed(context);
    case Stored::flushing:
      log_stored(request.peer, event);
      return answer_when_durable(context, request.peer, event);
    default:
      return refuse(context, request, stored == Stored::key_reused ? key_reused(context, request) : why_not(stored));
  }
}

}  // namespace oneshot::app
