// SPDX-License-Identifier: MIT
#include "app/ingest/storing/events_answer.hpp"

#include "app/ingest/storing/event_ids.hpp"
#include "ingest/hooks/cloud_event_mapping.hpp"
#include "json/writer.hpp"

namespace oneshot::app {
namespace {

void write_refused(json::Writer& out, const EventsReader& reader) {
  out.member("refused", reader.refused().count).member("errors").list();
  for (const RefusedEvents::Error& error : reader.refused().errors) {
    out.object().member(reader.noun(), error.number).member("status", error.status);
    out.member("error", error.message).end_object();
  }
  out.end_list();
}

/// `{"stored":98,"duplicates":0,"ignored":1,"refused":1,"errors":[{"line":3,"status":400,"error":"…"}],"ids":["…"]}`
std::string summary(const queue::StoredAll& all, const EventsReader& reader) {
  std::string text;
  text.reserve(size_with_ids(all.ids.size()));
  json::Writer out(text);
  out.object().member("stored", all.stored).member("duplicates", all.duplicates);
  if (reader.hook() != nullptr) out.member("ignored", reader.hook()->ignored());
  if (reader.partial()) write_refused(out, reader);
  write_ids(out, all.ids);
  out.end_object();
  return text += '\n';
}

}  // namespace

EventsAnswer::EventsAnswer(const queue::StoredAll& all, const EventsReader& reader)
    : stored_(all.stored),
      duplicates_(all.duplicates),
      retry_after_seconds_(reader.refused().retry_after_seconds),
      body_(reader.single() ? std::string() : summary(all, reader)) {
  if (reader.single() && all.ids.size() == 1) id_ = all.ids.front();
  if (reader.hook() != nullptr) ignored_ = reader.hook()->ignored();
}

http::Reply EventsAnswer::give(Context& context, const StoredSeries& series) const {
  context.counters.count_accepted(stored_);
  context.counters.count_duplicates(duplicates_);
  series.count();
  if (by_hook()) {
    count_cloud_events(context, HookOutcome::stored, stored_);
    count_cloud_events(context, HookOutcome::duplicate, duplicates_);
    count_cloud_events(context, HookOutcome::ignored, *ignored_);
  }
  http::Reply reply(200, body_);
  put_id(reply, id_);
  reply.retry_after_seconds = retry_after_seconds_;
  if (!body_.empty()) reply.content_type = "application/json";
  if (body_.empty() && stored_ == 0 && duplicates_ > 0) reply.extra_headers = "Idempotency-Replayed: true\r\n";
  return reply;
}

void count_cloud_events(Context& context, HookOutcome outcome, std::size_t count) {
  context.services.hook_counters.count(ingest::cloud_event_hook, outcome, count);
}

}  // namespace oneshot::app
