// SPDX-License-Identifier: MIT
#include "app/ingest/storing/store_events.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/ingest/limits/admit.hpp"
#include "app/ingest/reading/plain_body.hpp"
#include "app/ingest/refusal.hpp"
#include "app/ingest/storing/append_batch.hpp"
#include "app/ingest/storing/durable_reply.hpp"
#include "app/ingest/storing/event_ids.hpp"
#include "app/ingest/storing/events_answer.hpp"
#include "app/ingest/storing/poster.hpp"
#include "app/ingest/storing/stored_series.hpp"
#include "base/log.hpp"
#include "base/result.hpp"

namespace oneshot::app {
namespace {

using event::Rejection;
using queue::Stored;
using queue::StoredAll;

std::unique_ptr<http::PendingReply> answer_when_durable(Context& context, const http::Request& request,
                                                        const EventsReader& reader, StoredAll appended) {
  EventsAnswer given(reader);
  given.remember_numbers(context);
  StoredSeries counted(context, appended);
  return when_durable(
      context, [&context, peer = request.peer, sender = sender_of(context, request), series = std::move(counted),
                answer = std::move(given), appended = std::move(appended)](const queue::Durable& durable) mutable {
        const StoredAll all = queue::outcome_of(std::move(appended), durable, answer.each_alone());
        if (all.what == Stored::stored) {
          note_sender(context, sender, all.ids);
          return answer.give(context, all, series);
        }
        if (answer.by_hook()) count_cloud_events(context, HookOutcome::refused);
        return refuse(context, peer, answer.why_none(all));
      });
}

StoredAll append_of_hook(Context& context, queue::Poster poster) {
  std::size_t reused = 0;
  StoredAll all = append_batch_without_reused(context, poster, [&reused](std::size_t) { ++reused; });
  all.duplicates += reused;
  return all;
}

void refuse_ahead_of_clock(Context& context, EventsReader& reader, const std::vector<std::size_t>& places) {
  auto next = places.begin();
  context.batch.erase_if([&](std::size_t at) {
    if (next == places.end() || *next != at) return false;
    ++next;
    reader.refuse(context.batch.number_of(at), why_not(Stored::ahead_of_clock));
    return true;
  });
}

/// Without those that are refused alone.
StoredAll append_partial(Context& context, queue::Poster poster, EventsReader& reader) {
  constexpr unsigned most_tries = 8;  // of another one others may have the time meanwhile
  const auto reused = [&](std::size_t at) { reader.refuse(context.batch.number_of(at), reader.key_reused_at(at)); };
  for (unsigned tries = 1;; ++tries) {
    StoredAll all = append_batch_without_reused(context, poster, reused);
    if (all.what != Stored::ahead_of_clock || tries == most_tries) return all;
    refuse_ahead_of_clock(context, reader, all.ahead_of_clock_at);
  }
}

StoredAll append(Context& context, queue::Poster poster, EventsReader& reader) {
  if (reader.hook() != nullptr) return append_of_hook(context, poster);
  return reader.partial() ? append_partial(context, poster, reader) : append_batch(context, poster);
}

http::Reply refuse_batch(Context& context, const http::Request& request, EventsReader& reader, const StoredAll& all) {
  const bool is_reused = all.what == Stored::key_reused && reader.hook() == nullptr;
  Rejection rejection = is_reused ? reader.key_reused_at(all.at) : why_not(all.what);
  const bool about_one =
      all.what == Stored::key_reused || all.what == Stored::key_in_flight || all.what == Stored::ahead_of_clock;
  if (about_one && !reader.single()) rejection = reader.in_event(context.batch.number_of(all.at), std::move(rejection));
  return refuse_events(context, request, reader, std::move(rejection));
}

void log_events(const Context& context, const Address& peer) {
  if (!log::enabled(log::Level::debug)) return;
  for (const event::Event& event : context.batch.events())
    log::debug("event", {{"peer", peer.text()}, {"labels", event.labels}, {"value", event.value}});
}

/// Or why none of them may come in now. Of a partial batch those that may do, and the others are taken out of it.
Result<void, Rejection> admit_batch(Context& context, const http::Request& request, EventsReader& reader) {
  ingest::Batch& batch = context.batch;
  if (!reader.partial()) return admit(context, request, batch.events());
  batch.erase_if([&](std::size_t at) {
    auto admitted = admit(context, request, batch.events().subspan(at, 1));
    if (admitted) return false;
    reader.refuse(batch.number_of(at), std::move(admitted.error()));
    return true;
  });
  return {};
}

http::Answer append_and_answer(Context& context, const http::Request& request, EventsReader& reader) {
  if (auto admitted = admit_batch(context, request, reader); !admitted)
    return refuse_events(context, request, reader, std::move(admitted.error()));
  queue::Poster poster = poster_of(context, request);
  poster.each_alone = reader.partial() || reader.hook() != nullptr;
  const StoredAll all = append(context, poster, reader);
  switch (all.what) {
    case Stored::stored:
    case Stored::duplicate:
      log_events(context, request.peer);
      note_sender(context, request, all.ids);
      return EventsAnswer(reader).give(context, all, StoredSeries(context, all));
    case Stored::flushing:
      log_events(context, request.peer);
      return answer_when_durable(context, request, reader, all);
    default:
      return refuse_batch(context, request, reader, all);
  }
}

}  // namespace

http::Answer store_events(Context& context, const http::Request& request, EventsReader& reader,
                          std::string_view metric) {
  if (!metric.empty()) context.batch.name_metric(metric);
  http::Answer answer = append_and_answer(context, request, reader);
  context.batch.trim();
  return answer;
}

http::Reply refuse_events(Context& context, const http::Request& request, const EventsReader& reader,
                          Rejection rejection) {
  context.batch.trim();
  if (reader.hook() != nullptr) count_cloud_events(context, HookOutcome::refused);
  return refuse_body(context, request, std::move(rejection));
}

}  // namespace oneshot::app
