// SPDX-License-Identifier: MIT
#include "app/ingest/store_events.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/ingest/admit.hpp"
#include "app/ingest/append_batch.hpp"
#include "app/ingest/durable_reply.hpp"
#include "app/ingest/refusal.hpp"
#include "app/ingest/stored_series.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

using event::Rejection;
using queue::Stored;
using queue::StoredAll;

void append_count(std::string& out, std::string_view name, std::size_t count) {
  out.append(name);
  append_unsigned(out, count);
}

/// `{"stored":98,"duplicates":0,"refused":1,"errors":[{"line":3,"error":"…"}]}`
std::string summary(const StoredAll& all, const EventsReader& reader) {
  std::string out;
  append_count(out, "{\"stored\":", all.stored);
  append_count(out, ",\"duplicates\":", all.duplicates);
  if (reader.partial()) {
    append_count(out, ",\"refused\":", reader.refused().count);
    out += ",\"errors\":[";
    const char* separator = "{\"";
    for (const RefusedEvents::Error& error : reader.refused().errors) {
      append_count(out.append(separator).append(reader.noun()), "\":", error.number);
      out += ",\"error\":\"";
      append_escaped(out, error.message, std::string::npos);
      out += "\"}";
      separator = ",{\"";
    }
    out += ']';
  }
  return out += "}\n";
}

http::Reply success(Context& context, const StoredAll& all, const StoredSeries& series, std::string summary) {
  context.counters.count_accepted(all.stored);
  context.counters.count_duplicates(all.duplicates);
  series.count();
  http::Reply reply(200, std::move(summary));
  reply.content_type = "application/json";
  return reply;
}

std::unique_ptr<http::PendingReply> answer_when_durable(Context& context, const Address& peer, const StoredAll& all,
                                                        std::string summary) {
  return when_durable(
      context, [&context, peer, all, series = StoredSeries(context, all), summary = std::move(summary)](bool stored) {
        return stored ? success(context, all, series, summary) : refuse(context, peer, why_not(Stored::unable));
      });
}

StoredAll append(Context& context, EventsReader& reader) {
  if (!reader.partial()) return append_batch(context);
  return append_batch_without_reused(
      context, [&](std::size_t at) { reader.refuse(context.batch.number_of(at), why_not(Stored::key_reused)); });
}

http::Reply refuse_batch(Context& context, const http::Request& request, const EventsReader& reader,
                         const StoredAll& all) {
  Rejection rejection = why_not(all.what);
  const bool about_one = all.what == Stored::key_reused || all.what == Stored::key_in_flight;
  if (about_one) rejection = reader.in_event(context.batch.number_of(all.at), std::move(rejection));
  return refuse(context, request, std::move(rejection));
}

void log_events(const Context& context, const Address& peer) {
  if (!log::enabled(log::Level::debug)) return;
  for (const event::Event& event : context.batch.events())
    log::debug("event", {{"peer", peer.text()}, {"labels", event.labels}, {"value", event.value}});
}

/// Why none of them may come in now. Of a partial batch those that may do, and the others are taken out of it.
std::optional<Rejection> admit_batch(Context& context, const http::Request& request, EventsReader& reader) {
  ingest::Batch& batch = context.batch;
  if (!reader.partial()) return admit(context, request, batch.events());
  batch.erase_if([&](std::size_t at) {
    std::optional<Rejection> refused = admit(context, request, batch.events().subspan(at, 1));
    if (!refused) return false;
    reader.refuse(batch.number_of(at), *std::move(refused));
    return true;
  });
  return std::nullopt;
}

http::Answer append_and_answer(Context& context, const http::Request& request, EventsReader& reader) {
  if (auto refused = admit_batch(context, request, reader)) return refuse(context, request, *std::move(refused));
  const StoredAll all = append(context, reader);
  switch (all.what) {
    case Stored::stored:
    case Stored::duplicate:
      log_events(context, request.peer);
      return success(context, all, StoredSeries(context, all), summary(all, reader));
    case Stored::flushing:
      log_events(context, request.peer);
      return answer_when_durable(context, request.peer, all, summary(all, reader));
    default:
      return refuse_batch(context, request, reader, all);
  }
}

}  // namespace

http::Answer store_events(Context& context, const http::Request& request, EventsReader& reader) {
  http::Answer answer = append_and_answer(context, request, reader);
  context.batch.trim();
  return answer;
}

}  // namespace oneshot::app
