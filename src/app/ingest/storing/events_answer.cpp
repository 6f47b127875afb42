// SPDX-License-Identifier: MIT
#include "app/ingest/storing/events_answer.hpp"

#include <utility>

#include "app/ingest/refusal.hpp"
#include "app/ingest/storing/event_ids.hpp"
#include "ingest/hooks/cloud_event_mapping.hpp"
#include "json/writer.hpp"

namespace oneshot::app {
namespace {

void write_refused(json::Writer& out, const RefusedEvents& refused, std::string_view noun) {
  out.member("refused", refused.count).member("errors").list();
  for (const RefusedEvents::Error& error : refused.errors) {
    out.object().member(noun, error.number).member("status", error.status);
    out.member("error", error.message).end_object();
  }
  out.end_list();
}

}  // namespace

EventsAnswer::EventsAnswer(const EventsReader& reader)
    : single_(reader.single()), partial_(reader.partial()), noun_(reader.noun()), refused_(reader.refused()) {
  if (reader.hook() != nullptr) ignored_ = reader.hook()->ignored();
}

void EventsAnswer::remember_numbers(const Context& context) {
  const std::size_t events = context.batch.events().size();
  numbers_.reserve(events);
  for (std::size_t i = 0; i < events; ++i) numbers_.push_back(context.batch.number_of(i));
}

http::Reply EventsAnswer::give(Context& context, const queue::StoredAll& all, const StoredSeries& series) {
  if (!by_hook()) refuse_reused(context, all);
  // To a hook an id that came with another event before is one that was there.
  const std::size_t duplicates = all.duplicates + (by_hook() ? all.reused_at.size() : 0);
  context.counters.count_accepted(all.stored);
  context.counters.count_duplicates(duplicates);
  series.count(all);
  if (by_hook()) {
    count_cloud_events(context, HookOutcome::stored, all.stored);
    count_cloud_events(context, HookOutcome::duplicate, duplicates);
    count_cloud_events(context, HookOutcome::ignored, *ignored_);
  }
  http::Reply reply(200, single_ ? std::string() : summary(all, duplicates));
  if (single_ && all.ids.size() == 1) put_id(reply, all.ids.front());
  reply.retry_after_seconds = refused_.retry_after_seconds;
  if (!reply.body.empty()) reply.content_type = "application/json";
  if (reply.body.empty() && all.stored == 0 && duplicates > 0) reply.extra_headers = "Idempotency-Replayed: true\r\n";
  return reply;
}

/// `{"stored":98,"duplicates":0,"ignored":1,"refused":1,"errors":[{"line":3,"status":400,"error":"…"}],"ids":["…"]}`
std::string EventsAnswer::summary(const queue::StoredAll& all, std::size_t duplicates) const {
  std::string text;
  text.reserve(size_with_ids(all.ids.size()));
  json::Writer out(text);
  out.object().member("stored", all.stored).member("duplicates", duplicates);
  if (ignored_) out.member("ignored", *ignored_);
  if (partial_) write_refused(out, refused_, noun_);
  write_ids(out, all.ids);
  out.end_object();
  return text += '\n';
}

void EventsAnswer::refuse_reused(Context& context, const queue::StoredAll& all) {
  for (const std::size_t at : all.reused_at) {
    event::Rejection rejection = why_not(queue::Stored::key_reused);
    context.counters.count_rejected(rejection.reason);
    refused_.add(numbers_[at], std::move(rejection));
  }
}

event::Rejection EventsAnswer::why_none(const queue::StoredAll& all) const {
  event::Rejection rejection = why_not(all.what);
  if (all.what != queue::Stored::key_reused || single_) return rejection;
  return in_event(noun_, numbers_[all.at], std::move(rejection));
}

void count_cloud_events(Context& context, HookOutcome outcome, std::size_t count) {
  context.services.hook_counters.count(ingest::cloud_event_hook, outcome, count);
}

}  // namespace oneshot::app
