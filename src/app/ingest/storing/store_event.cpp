// SPDX-License-Identifier: MIT
#include "app/ingest/storing/store_event.hpp"

#include <memory>
#include <utility>
#include <variant>

#include "app/ingest/limits/admit.hpp"
#include "app/ingest/reading/key_reused.hpp"
#include "app/ingest/refusal.hpp"
#include "app/ingest/storing/count_accepted.hpp"
#include "app/ingest/storing/durable_reply.hpp"
#include "app/ingest/storing/event_ids.hpp"
#include "app/ingest/storing/poster.hpp"
#include "base/log.hpp"

namespace oneshot::app {
namespace {

using queue::Stored;

void log_stored(const Address& peer, const event::Event& event) {
  if (log::enabled(log::Level::debug))
    log::debug("event", {{"peer", peer.text()}, {"labels", event.labels}, {"value", event.value}});
}

/// As the first POST was answered, and says that this one was not the first.
[[gnu::cold]] http::Reply replayed(Context& context, const queue::EventId& id) {
  context.counters.count_duplicates();
  http::Reply reply(200);
  put_id(reply, id);
  reply.extra_headers = "Idempotency-Replayed: true\r\n";
  return reply;
}

std::unique_ptr<http::PendingReply> answer_when_durable(Context& context, const http::Request& request,
                                                        const event::Event& event, const queue::StoredOne& appended) {
  // A reload meanwhile may make other counters.
  return when_durable(
      context, [&context, peer = request.peer, appended, counters = context.event_counters,
                client = context.client_number, sender = sender_of(context, request),
                series = context.event_counters->series_of(context.worker, event)](const queue::Durable& durable) {
        const queue::StoredOne stored = queue::outcome_of(appended, durable);
        if (stored.what == Stored::duplicate) return replayed(context, stored.id);
        if (stored.what != Stored::stored) return refuse(context, peer, why_not(stored.what));
        note_sender(context, sender, {&stored.id, 1});
        context.counters.count_accepted();
        EventCounters::count(series);
        if (client != nullptr) Counters::increase(*client, 1);
        http::Reply reply(200);
        put_id(reply, stored.id);
        return reply;
      });
}

/// A function of its own, in which the reply is made where the caller wants it: with other answers to return beside it
/// GCC moves it, which costs as much as the append.
http::Answer accepted(Context& context, const http::Request& request, const event::Event& event,
                      const queue::EventId& id) {
  count_accepted(context, event);
  log_stored(request.peer, event);
  note_sender(context, request, {&id, 1});
  http::Answer answer(std::in_place_type<http::Reply>, 200);
  put_id(*std::get_if<http::Reply>(&answer), id);
  return answer;
}

}  // namespace

http::Answer store_event(Context& context, const http::Request& request, const event::Event& event) {
  if (auto admitted = admit(context, request, {&event, 1}); !admitted)
    return refuse(context, request, std::move(admitted.error()));
  const queue::StoredOne stored = context.services.queue.append(poster_of(context, request), event);
  switch (stored.what) {
    case Stored::stored:
      return accepted(context, request, event, stored.id);
    case Stored::duplicate:
      return replayed(context, stored.id);
    case Stored::flushing:
      log_stored(request.peer, event);
      return answer_when_durable(context, request, event, stored);
    default:
      return refuse(context, request,
                    stored.what == Stored::key_reused ? key_reused(context, request) : why_not(stored.what));
  }
}

}  // namespace oneshot::app
