// SPDX-License-Identifier: MIT
#include "app/ingest/post_events.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "app/ingest/reading/events_reader.hpp"
#include "app/ingest/reading/media_type.hpp"
#include "app/ingest/reading/metric_of_path.hpp"
#include "app/ingest/reading/plain_body.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "app/ingest/reading/query_parameter.hpp"
#include "app/ingest/storing/store_events.hpp"
#include "base/text.hpp"
#include "event/idempotency_key.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;

Rejection wrong_type(std::string_view content_type) {
  if (media_type_of(content_type) == MediaType::cloudevents)
    return {Reason::bad_content_type,
            "a single CloudEvent (" + printable(content_type) +
                ") belongs to POST /event; POST /events takes application/cloudevents-batch+json"};
  std::string message = content_type.data() == nullptr ? "a body without Content-Type"
                                                       : "a body of Content-Type \"" + printable(content_type) + '"';
  return {Reason::bad_content_type,
          message +
              " is not understood: POST /events takes lines of JSON (-H 'Content-Type: application/x-ndjson' with "
              "--data-binary), a list (application/json), or application/cloudevents-batch+json"};
}

Result<bool, Rejection> wants_partial(const SplitQuery& query) {
  if (!query.value || *query.value == "0") return false;
  if (*query.value == "1") return true;
  return Unexpected{
      Rejection{Reason::bad_parameter, "partial \"" + printable(*query.value) + "\": must be 1 (or 0, as without it)"}};
}

Result<std::string_view, Rejection> key_of(const PostHeaders& headers) {
  if (headers.idempotency_key.data() == nullptr) return std::string_view();
  return event::idempotency_key_text(headers.idempotency_key);
}

event::EventBuilder::Taken take_body(EventsReader& reader, MediaType type, std::string_view body) {
  if (body.empty())
    return Unexpected{
        Rejection{Reason::bad_body, "the body is empty: send events as lines of JSON, or a list of them"}};
  if (type == MediaType::ndjson) return reader.take_lines(body);
  return reader.take_list(body, type == MediaType::cloudevents_batch);
}

Result<void, Rejection> read_request(Context& context, const http::Request& request, const PostHeaders& headers,
                                     MediaType type, EventsReader& reader) {
  if (type != MediaType::ndjson && type != MediaType::json && type != MediaType::cloudevents_batch)
    return Unexpected{wrong_type(headers.content_type)};
  const Result<std::string_view, Rejection> body = plain_body(context, request, headers, json_body_limit);
  if (!body) return Unexpected{body.error()};
  return take_body(reader, type, *body);
}

http::Answer refuse_all(Context& context, const http::Request& request, Rejection rejection) {
  context.batch.trim();
  return refuse_body(context, request, std::move(rejection));
}

}  // namespace

http::Answer post_events(Context& context, const http::Request& request, delivery::Waiting&) {
  const PostHeaders headers = read_post_headers(request.headers);
  if (headers.contradicted.data() != nullptr) return refuse_all(context, request, contradiction(headers.contradicted));
  Result<std::string_view, Rejection> metric = metric_of_path(*context.options, request.path, "/events");
  if (!metric) return refuse_all(context, request, std::move(metric.error()));
  Result<SplitQuery, Rejection> query = take_parameter(request.query, "partial");
  if (!query) return refuse_all(context, request, std::move(query.error()));
  const Result<bool, Rejection> partial = wants_partial(*query);
  if (!partial) return refuse_all(context, request, partial.error());
  const Result<std::string_view, Rejection> key = key_of(headers);
  if (!key) return refuse_all(context, request, key.error());
  const MediaType type = media_type_of(headers.content_type);
  EventsReader reader(context,
                      {.event_time = headers.event_time, .key = *key, .query = query->rest, .headers = request.headers},
                      type == MediaType::ndjson ? "line" : "event", *partial);
  Result<void, Rejection> read = read_request(context, request, headers, type, reader);
  context.json_parser.trim();
  let_go_of_body(context);
  if (!read) return refuse_events(context, request, reader, std::move(read.error()));
  return store_events(context, request, reader, *metric);
}

}  // namespace oneshot::app
