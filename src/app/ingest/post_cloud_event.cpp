// SPDX-License-Identifier: MIT
#include "app/ingest/post_cloud_event.hpp"

#include <string>
#include <utility>

#include "app/ingest/reading/event_body.hpp"
#include "app/ingest/reading/events_reader.hpp"
#include "app/ingest/reading/media_type.hpp"
#include "app/ingest/reading/plain_body.hpp"
#include "app/ingest/storing/store_events.hpp"
#include "base/text.hpp"
#include "ingest/cloud_event_form.hpp"

namespace oneshot::app {
namespace {

using event::Rejection;
using Data = ingest::BinaryCloudEvent::Data;

bool is_text(std::string_view content_type) noexcept {
  constexpr std::string_view prefix = "text/";
  return equals_ignoring_case(content_type.substr(0, prefix.size()), prefix);
}

/// What is JSON has to be so by itself: its text goes into another one.
Result<Data, Rejection> read_data(Context& context, std::string_view content_type, std::string_view body) {
  if (body.empty()) return Data::none;
  if (!is_json(content_type)) return is_text(content_type) ? Data::text : Data::none;
  if (const auto value = parse_body(context, body); !value) return Unexpected{value.error()};
  return Data::json;
}

Result<json::Value, Rejection> read_binary(Context& context, const http::Request& request, const PostHeaders& headers,
                                           std::string_view body) {
  const auto data = read_data(context, headers.content_type, body);
  if (!data) return Unexpected{data.error()};
  const auto form = ingest::json_form({request.headers, headers.content_type, body, *data});
  if (!form) return Unexpected{form.error()};
  return parse_body(context, *form);
}

Result<json::Value, Rejection> read_json_form(Context& context, const http::Request& request,
                                              const PostHeaders& headers) {
  if (headers.contradicted.data() != nullptr) return Unexpected{contradiction(headers.contradicted)};
  const auto body = find_event_body(context, request, headers);
  if (!body) return Unexpected{body.error()};
  if (body->kind == BodyKind::cloud_event) return parse_body(context, body->bytes);
  return read_binary(context, request, headers, body->bytes);
}

EventsReader::Taken read(Context& context, const http::Request& request, const PostHeaders& headers,
                         EventsReader& reader) {
  const auto event = read_json_form(context, request, headers);
  if (!event) return Unexpected{event.error()};
  return reader.take_single(*event);
}

}  // namespace

bool is_for_cloud_event_hook(const Context& context, const http::Request& request,
                             const PostHeaders& headers) noexcept {
  if (!has_cloud_event_hook(context)) return false;
  if (headers.ce_specversion.data() != nullptr) return true;
  return !request.body.empty() && media_type_of(headers.content_type) == MediaType::cloudevents;
}

http::Answer post_cloud_event(Context& context, const http::Request& request, const PostHeaders& headers,
                              std::string_view metric) {
  EventsReader reader(
      context,
      {.event_time = headers.event_time, .key = {}, .query = request.query, .headers = request.headers, .single = true},
      "event", false);
  EventsReader::Taken taken = read(context, request, headers, reader);
  context.json_parser.trim();
  let_go_of_body(context);
  if (!taken) return refuse_events(context, request, reader, std::move(taken.error()));
  return store_events(context, request, reader, metric);
}

}  // namespace oneshot::app
