// SPDX-License-Identifier: MIT
#include "app/ingest/reading/events_reader.hpp"

#include <algorithm>
#include <utility>

#include "app/ingest/reading/key_reused.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "app/ingest/refusal.hpp"
#include "base/text.hpp"
#include "event/idempotency_key.hpp"
#include "ingest/rejections.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;

Rejection too_many() {
  return {Reason::too_large,
          "a request may have " + std::to_string(ingest::Batch::max_events) + " events: send several requests"};
}

Rejection no_list(json::Kind kind) {
  std::string message = "the body is " + std::string(words_for(kind));
  message += kind == json::Kind::object
                 ? ": a single event belongs to POST /event, and lines of them are application/x-ndjson"
                 : ", and POST /events takes a list of objects";
  return {Reason::bad_body, std::move(message)};
}

Rejection list_as_lines() {
  return {Reason::bad_body, "a list begins here, and an event is an object: a list of events is application/json"};
}

/// Lines of JSON that were called JSON: the list's parser only sees that something stands behind the first one.
bool looks_like_lines(std::string_view body) noexcept { return body.starts_with('{'); }

}  // namespace

EventsReader::Taken EventsReader::take_lines(std::string_view body) {
  for (std::size_t number = 1; !body.empty(); ++number) {
    std::string_view line = take_line(body);
    while (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view text = trim_blanks(line);
    if (text.empty()) continue;
    Taken taken = text.front() == '[' ? refuse_event(number, list_as_lines())
                                      : take_event(number, context_.json_parser.parse(line), false);
    if (!taken) return taken;
  }
  return {};
}

EventsReader::Taken EventsReader::take_list(std::string_view body, bool cloud_events) {
  cloud_events_ = cloud_events;
  by_hook_ = cloud_events && hook_.is_there();
  const Result<json::Value> list = context_.json_parser.parse(body);
  if (!list && looks_like_lines(body)) return Unexpected{no_list(json::Kind::object)};
  if (!list) return Unexpected{ingest::bad_json("the body", list.error())};
  if (list->kind() != json::Kind::list) return Unexpected{no_list(list->kind())};
  std::size_t number = 0;
  for (const json::Value& element : list->elements())
    if (Taken taken = take_event(++number, element, cloud_events); !taken) return taken;
  return {};
}

EventsReader::Taken EventsReader::take_event(std::size_t number, const Result<json::Value>& value, bool cloud_event) {
  if (++seen_ > ingest::Batch::max_events) return Unexpected{too_many()};
  Taken taken = value ? add(number, *value, cloud_event) : Unexpected{ingest::bad_json("it", value.error())};
  return taken ? taken : refuse_event(number, std::move(taken.error()));
}

EventsReader::Taken EventsReader::refuse_event(std::size_t number, event::Rejection rejection) {
  if (!partial_) return Unexpected{in_event(number, std::move(rejection))};
  refuse(number, std::move(rejection));
  return {};
}

EventsReader::Taken EventsReader::add(std::size_t number, const json::Value& value, bool cloud_event) {
  if (by_hook_) return hook_.add(value, "it", number, seen_);
  if (cloud_event)
    context_.event_builder.begin(event::LabelNames::replace);
  else
    context_.event_builder.begin();
  if (Taken taken = take_parts(value, cloud_event); !taken) return taken;
  if (Taken taken = take_key(number, cloud_event); !taken) return taken;
  auto event = context_.event_builder.finish();
  if (!event) return Unexpected{std::move(event.error())};
  context_.batch.add(*event, number);
  return {};
}

EventsReader::Taken EventsReader::take_parts(const json::Value& value, bool cloud_event) {
  if (event_time_.data() != nullptr)
    if (Taken taken = take_event_time(context_.event_builder, event_time_); !taken) return taken;
  if (!query_.empty())
    if (Taken taken = context_.form_parser.take(query_, {}); !taken) return taken;
  return cloud_event ? context_.cloud_event.take(value, "it") : context_.json_event.take(value, "it");
}

/// An event's own id, else the request's key and the event's number: who repeats the request repeats all of its events.
EventsReader::Taken EventsReader::take_key(std::size_t number, bool cloud_event) {
  const std::string_view own = cloud_event ? context_.cloud_event.id() : context_.json_event.id();
  if (own.empty() && key_.empty()) return {};
  if (own.empty()) return context_.event_builder.key(numbered_key(number));
  const std::string_view scope = cloud_event ? ingest::EventKeys::cloud_event : ingest::EventKeys::json_id;
  return context_.event_builder.key(context_.event_keys.of(scope, own));
}

event::IdempotencyKey EventsReader::numbered_key(std::size_t number) {
  numbered_key_.assign(key_).append(1, '\0');
  append_unsigned(numbered_key_, number);
  return context_.event_keys.of(ingest::EventKeys::numbered_header, numbered_key_);
}

void EventsReader::refuse(std::size_t number, event::Rejection rejection) {
  context_.counters.count_rejected(rejection.reason);
  refused_.add(number, std::move(rejection));
}

/// The header's key of this number is its key, or the event had one of its own: nothing has to remember which.
event::Rejection EventsReader::key_reused_at(std::size_t at) {
  if (!key_.empty() && numbered_key(context_.batch.number_of(at)) == context_.batch.events()[at].key)
    return header_key_reused(key_);
  return key_reused(cloud_events_ ? "this source with this id" : "this id");
}

void RefusedEvents::add(std::size_t number, event::Rejection rejection) {
  ++count;
  const int status = status_of(rejection.reason);
  constexpr int too_many_requests = 429;
  if (status == too_many_requests) retry_after_seconds = std::max(retry_after_seconds, rejection.retry_after_seconds);
  if (errors.size() < shown) errors.push_back({number, status, std::move(rejection.message)});
}

event::Rejection in_event(std::string_view noun, std::size_t number, event::Rejection rejection) {
  rejection.message.insert(0, std::string(noun) + ' ' + std::to_string(number) + ": ");
  return rejection;
}

}  // namespace oneshot::app
