// SPDX-License-Identifier: MIT
#include "app/ingest/post_event.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/ingest/media_type.hpp"
#include "app/ingest/post_headers.hpp"
#include "app/ingest/refusal.hpp"
#include "app/ingest/store_event.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

using event::Reason;

event::Rejection wrong_type(std::string_view content_type) {
  std::string message = content_type.empty() ? "a body without Content-Type"
                                             : "a body of Content-Type \"" + printable(content_type) + '"';
  message += ": only application/x-www-form-urlencoded is understood (labels may also stand in the query)";
  return event::Rejection{Reason::bad_content_type, std::move(message)};
}

event::Rejection contradiction(std::string_view name) {
  return {Reason::bad_parameter, "header " + printable(name) + " is given twice, with different values"};
}

/// Why the body cannot be read.
std::optional<event::Rejection> fault_of_body(const PostHeaders& headers) {
  if (headers.contradicted.data() != nullptr) return contradiction(headers.contradicted);
  if (headers.content_encoding.data() != nullptr) {
    return event::Rejection{
        Reason::bad_content_type,
        "a body with Content-Encoding \"" + printable(headers.content_encoding) + "\": only a plain one is understood"};
  }
  if (media_type_of(headers.content_type) != MediaType::form) return wrong_type(headers.content_type);
  return std::nullopt;
}

}  // namespace

http::Answer post_event(Context& context, const http::Request& request, delivery::Waiting&) {
  if (!request.body.empty()) {
    if (std::optional<event::Rejection> fault = fault_of_body(read_post_headers(request.headers)))
      return refuse(context, request.peer, *std::move(fault));
  }
  Result<event::Event, event::Rejection> event = context.form_parser.parse(request.query, request.body);
  if (!event) return refuse(context, request.peer, std::move(event.error()));
  return store_event(context, request, *event);
}

}  // namespace oneshot::app
