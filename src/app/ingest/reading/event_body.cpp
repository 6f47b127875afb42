// SPDX-License-Identifier: MIT
#include "app/ingest/reading/event_body.hpp"

#include <optional>
#include <utility>

#include "app/ingest/reading/media_type.hpp"
#include "app/ingest/reading/plain_body.hpp"
#include "app/ingest/reading/query_parameter.hpp"
#include "base/text.hpp"
#include "http/body_limits.hpp"
#include "ingest/rejections.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;
using Taken = event::EventBuilder::Taken;

Rejection for_the_other_door(std::string_view content_type) {
  return {Reason::bad_content_type,
          "a body of Content-Type \"" + printable(content_type) + "\" has several events: send it to POST /events"};
}

Rejection list_for_the_other_door() {
  return {Reason::bad_body, "the body is a list: a list of events belongs to POST /events"};
}

Rejection nameless_text() {
  return {Reason::bad_parameter, "text has no value: name the label that the body becomes, as in ?text=message"};
}

/// Where the body's type says nothing about it, the form counts: whatever is no form is refused with what to write.
BodyKind kind_of(MediaType type) noexcept {
  switch (type) {
    case MediaType::none:
    case MediaType::form:
      return BodyKind::form;
    case MediaType::json:
      return BodyKind::json;
    case MediaType::cloudevents:
      return BodyKind::cloud_event;
    case MediaType::multipart:
      return BodyKind::multipart;
    case MediaType::text:
      return BodyKind::text;
    default:
      return BodyKind::ignored;
  }
}

Rejection no_text(std::string_view content_type) {
  return {Reason::bad_content_type, "?text= makes a label of a text, and a body of Content-Type \"" +
                                        printable(content_type) + "\" is none: send Content-Type: text/plain"};
}

/// `?text=NAME` makes a text the label NAME; without that parameter the text is not understood. Beside a body that
/// nobody understands the parameter cannot be meant as a label.
Result<EventBody, Rejection> name_text(EventBody body, std::string_view query, std::string_view content_type) {
  Result<SplitQuery, Rejection> split = take_parameter(query, "text");
  if (!split) return Unexpected{std::move(split.error())};
  if (!split->value) {
    body.kind = BodyKind::ignored;
    return body;
  }
  if (body.kind == BodyKind::ignored) return Unexpected{no_text(content_type)};
  if (split->value->empty()) return Unexpected{nameless_text()};
  body.rest = std::move(split->rest);
  body.label = *std::move(split->value);
  return body;
}

Taken take_json(Context& context, std::string_view bytes) {
  const Result<json::Value, Rejection> value = parse_body(context, bytes);
  if (!value) return Unexpected{value.error()};
  if (value->kind() == json::Kind::list) return Unexpected{list_for_the_other_door()};
  if (Taken taken = context.json_event.take(*value, "the body"); !taken) return taken;
  const std::string_view id = context.json_event.id();
  return id.empty() ? Taken() : context.event_builder.key(context.event_keys.of(ingest::EventKeys::json_id, id));
}

Taken take_cloud_event_key(Context& context) {
  return context.event_builder.key(context.event_keys.of(ingest::EventKeys::cloud_event, context.cloud_event.id()));
}

Taken take_cloud_event(Context& context, std::string_view bytes) {
  const Result<json::Value, Rejection> value = parse_body(context, bytes);
  if (!value) return Unexpected{value.error()};
  if (Taken taken = context.cloud_event.take(*value, "the body"); !taken) return taken;
  return take_cloud_event_key(context);
}

Taken take_binary_cloud_event(Context& context, const http::Request& request, const PostHeaders& headers,
                              std::string_view bytes) {
  std::optional<json::Value> data;
  if (!bytes.empty() && is_json(headers.content_type)) {
    const Result<json::Value, Rejection> value = parse_body(context, bytes);
    if (!value) return Unexpected{value.error()};
    data = *value;
  }
  if (Taken taken = context.cloud_event.take(request.headers, data); !taken) return taken;
  return take_cloud_event_key(context);
}

}  // namespace

Result<json::Value, Rejection> parse_body(Context& context, std::string_view bytes) {
  Result<json::Value> value = context.json_parser.parse(bytes);
  if (!value) return Unexpected{ingest::bad_json("the body", value.error())};
  return *value;
}

Result<EventBody, Rejection> find_event_body(Context& context, const http::Request& request,
                                             const PostHeaders& headers) {
  EventBody body{.kind = BodyKind::form, .bytes = request.body};
  const bool has_attributes = headers.ce_specversion.data() != nullptr;
  const MediaType type = media_type_of(headers.content_type);
  const bool may_be_named = type == MediaType::text || type == MediaType::other;
  if (request.body.empty() && !has_attributes && !may_be_named) return body;
  body.kind = kind_of(type);
  // Structured mode counts where a request looks like both (HTTP protocol binding, section 3).
  if (has_attributes && type != MediaType::cloudevents && type != MediaType::cloudevents_batch)
    body.kind = BodyKind::cloud_event_binary;
  else if (type == MediaType::ndjson || type == MediaType::cloudevents_batch)
    return Unexpected{for_the_other_door(headers.content_type)};
  if (body.kind == BodyKind::text || body.kind == BodyKind::ignored) {
    Result<EventBody, Rejection> named = name_text(std::move(body), request.query, headers.content_type);
    if (!named) return named;
    body = std::move(*named);
  }
  if (body.kind == BodyKind::ignored) {
    if (request.body.empty()) body.kind = BodyKind::form;
    return body;
  }
  Result<std::string_view, Rejection> plain = plain_body(context, request, headers, http::usual_body_limit);
  if (!plain) return Unexpected{std::move(plain.error())};
  body.bytes = *plain;
  return body;
}

Taken take_event_body(Context& context, const http::Request& request, const PostHeaders& headers,
                      const EventBody& body) {
  switch (body.kind) {
    case BodyKind::json:
      return take_json(context, body.bytes);
    case BodyKind::cloud_event:
      return take_cloud_event(context, body.bytes);
    case BodyKind::cloud_event_binary:
      return take_binary_cloud_event(context, request, headers, body.bytes);
    case BodyKind::multipart:
      return context.multipart.take(headers.content_type, body.bytes);
    case BodyKind::text:
      return context.event_builder.parameter(body.label, trim_line_ends(body.bytes));
    case BodyKind::form:
    case BodyKind::ignored:
      break;
  }
  return {};
}

}  // namespace oneshot::app
