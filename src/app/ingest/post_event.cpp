// SPDX-License-Identifier: MIT
#include "app/ingest/post_event.hpp"

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

using event::Rejection;
using EventOrWhyNot = Result<event::Event, Rejection>;

Rejection wrong_type(std::string_view content_type) {
  return {Reason::bad_content_type,
          "a body of Content-Type \"" + printable(content_type) +
              "\" is not understood: send a form (curl: -d type=deploy -d message='…'), or labels in the query"};
}

Rejection contradiction(std::string_view name) {
  return {Reason::bad_parameter, "header " + printable(name) + " is given twice, with different values"};
}

Rejection encoded_form(std::string_view content_encoding) {
  return {Reason::bad_content_type,
          "a body with Content-Encoding \"" + printable(content_encoding) + "\": only a plain one is understood"};
}

/// A body without a type is read as a form too. Nothing can be lost by that: whatever is no form is refused with what
/// to write, while clients that leave out the type (Go's http.NewRequest, Python's http.client) mostly send one.
bool is_form(const PostHeaders& headers) noexcept {
  const MediaType type = media_type_of(headers.content_type);
  return type == MediaType::form || type == MediaType::none;
}

event::EventBuilder::Taken take_parts(Context& context, const http::Request& request, const PostHeaders& headers,
                                      std::string_view form) {
  context.event_builder.begin();
  if (headers.event_time.data() != nullptr) {
    if (event::EventBuilder::Taken taken = context.event_builder.time(headers.event_time); !taken) return taken;
  }
  return context.form_parser.take(request.query, form);
}

/// A body that is not understood says nothing where the query says something: that is how webhooks are pointed at an
/// URL with all labels in it. It must not be all that there is.
EventOrWhyNot unless_body_was_all(EventOrWhyNot event, const PostHeaders& headers) {
  const bool no_label = event ? event->labels.empty() : event.error().reason == Reason::no_labels;
  if (no_label) return Unexpected{wrong_type(headers.content_type)};
  return event;
}

EventOrWhyNot read_event(Context& context, const http::Request& request) {
  const PostHeaders headers = read_post_headers(request.headers);
  if (headers.contradicted.data() != nullptr) return Unexpected{contradiction(headers.contradicted)};
  const bool form = request.body.empty() || is_form(headers);
  if (form && !request.body.empty() && headers.content_encoding.data() != nullptr)
    return Unexpected{encoded_form(headers.content_encoding)};
  event::EventBuilder::Taken taken = take_parts(context, request, headers, form ? request.body : std::string_view{});
  if (!taken) return Unexpected{std::move(taken.error())};
  EventOrWhyNot event = context.event_builder.finish();
  return form ? std::move(event) : unless_body_was_all(std::move(event), headers);
}

}  // namespace

http::Answer post_event(Context& context, const http::Request& request, delivery::Waiting&) {
  EventOrWhyNot event = read_event(context, request);
  if (!event) return refuse(context, request, std::move(event.error()));
  return store_event(context, request, *event);
}

}  // namespace oneshot::app
