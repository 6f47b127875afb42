// SPDX-License-Identifier: MIT
#include "app/ingest/post_event.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "app/ingest/post_cloud_event.hpp"
#include "app/ingest/reading/event_body.hpp"
#include "app/ingest/reading/media_type.hpp"
#include "app/ingest/reading/metric_of_path.hpp"
#include "app/ingest/reading/plain_body.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "app/ingest/refusal.hpp"
#include "app/ingest/storing/store_event.hpp"
#include "base/looks_like_json.hpp"
#include "base/text.hpp"
#include "event/idempotency_key.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;
using EventOrWhyNot = Result<event::Event, Rejection>;
using Taken = event::EventBuilder::Taken;

Rejection wrong_type(std::string_view content_type, std::string_view body) {
  if (looks_like_json(body))
    return {Reason::bad_content_type, "a body of Content-Type \"" + printable(content_type) +
                                          "\" is not understood; this is JSON: send Content-Type: application/json"};
  std::string message = "a body of Content-Type \"" + printable(content_type) +
                        "\" is not understood: send a form (curl: -d type=deploy -d message='…'), application/json, or "
                        "labels in the query";
  if (media_type_of(content_type) == MediaType::text) message += " (with ?text=message a text becomes a label)";
  return {Reason::bad_content_type, std::move(message)};
}

/// Labels in the query, a plain form, or both: what most send, and the shortest way.
bool is_plain_form(const http::Request& request, const PostHeaders& headers) noexcept {
  if (headers.ce_specversion.data() != nullptr) return false;
  if (request.body.empty() && headers.content_type.data() == nullptr) return true;
  const MediaType type = media_type_of(headers.content_type);
  return (type == MediaType::form || type == MediaType::none) &&
         (headers.content_encoding.data() == nullptr || request.body.empty());
}

/// Nobody chooses the names in the data of a CloudEvent.
void begin_event(Context& context, BodyKind kind) {
  if (kind == BodyKind::cloud_event || kind == BodyKind::cloud_event_binary)
    context.event_builder.begin(event::LabelNames::replace);
  else
    context.event_builder.begin();
}

Taken take_time(Context& context, const PostHeaders& headers) {
  return headers.event_time.data() == nullptr ? Taken() : take_event_time(context.event_builder, headers.event_time);
}

Taken take_parts(Context& context, const http::Request& request, const PostHeaders& headers, const EventBody& body) {
  begin_event(context, body.kind);
  if (Taken taken = take_time(context, headers); !taken) return taken;
  if (body.kind == BodyKind::form) return context.form_parser.take(request.query, body.bytes);
  const std::string_view query = body.kind == BodyKind::text ? std::string_view(body.rest) : request.query;
  if (Taken taken = context.form_parser.take(query, {}); !taken) return taken;
  return take_event_body(context, request, headers, body);
}

/// A body that is not understood says nothing where the query says something: that is how webhooks are pointed at an
/// URL with all labels in it. It must not be all that there is.
EventOrWhyNot unless_body_was_all(EventOrWhyNot event, const http::Request& request, const PostHeaders& headers) {
  const bool no_label = event ? event->labels.empty() : event.error().reason == Reason::no_labels;
  if (no_label) return Unexpected{wrong_type(headers.content_type, request.body)};
  return event;
}

EventOrWhyNot read_form(Context& context, const http::Request& request, const PostHeaders& headers) {
  context.event_builder.begin();
  if (Taken taken = take_time(context, headers); !taken) return Unexpected{std::move(taken.error())};
  if (Taken taken = context.form_parser.take(request.query, request.body); !taken)
    return Unexpected{std::move(taken.error())};
  return context.event_builder.finish();
}

[[gnu::noinline]] EventOrWhyNot read_other_body(Context& context, const http::Request& request,
                                                const PostHeaders& headers) {
  const Result<EventBody, Rejection> body = find_event_body(context, request, headers);
  if (!body) return Unexpected{body.error()};
  if (Taken taken = take_parts(context, request, headers, *body); !taken) return Unexpected{std::move(taken.error())};
  EventOrWhyNot event = context.event_builder.finish();
  return body->kind == BodyKind::ignored ? unless_body_was_all(std::move(event), request, headers) : std::move(event);
}

EventOrWhyNot read_event(Context& context, const http::Request& request, const PostHeaders& headers, bool plain_form) {
  if (headers.contradicted.data() != nullptr) return Unexpected{contradiction(headers.contradicted)};
  if (plain_form) return read_form(context, request, headers);
  EventOrWhyNot event = read_other_body(context, request, headers);
  // Its texts are in the event now.
  context.json_parser.trim();
  let_go_of_body(context);
  return event;
}

/// What an event calls itself in its body counts more.
[[gnu::noinline]] void take_key(Context& context, std::string_view header, EventOrWhyNot& event) {
  if (!event || event->key) return;
  const Result<std::string_view, Rejection> key = event::idempotency_key_text(header);
  if (key) {
    event->key = context.event_keys.of(ingest::EventKeys::header, *key);
  } else {
    event = Unexpected{key.error()};
  }
}

}  // namespace

http::Answer post_event(Context& context, const http::Request& request, delivery::Waiting&) {
  Result<std::string_view, event::Rejection> metric = metric_of_path(*context.options, request.path, "/event");
  if (!metric) return refuse(context, request, std::move(metric.error()));
  const PostHeaders headers = read_post_headers(request.headers);
  const bool plain_form = is_plain_form(request, headers);
  if (!plain_form && is_for_cloud_event_hook(context, request, headers))
    return post_cloud_event(context, request, headers, *metric);
  EventOrWhyNot event = read_event(context, request, headers, plain_form);
  if (headers.idempotency_key.data() != nullptr) take_key(context, headers.idempotency_key, event);
  if (event) {
    event->metric = *metric;
    return store_event(context, request, *event);
  }
  return refuse_body(context, request, std::move(event.error()));
}

}  // namespace oneshot::app
