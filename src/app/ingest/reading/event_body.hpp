// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/context.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "base/result.hpp"
#include "event/event_builder.hpp"
#include "http/request.hpp"
#include "json/value.hpp"

namespace oneshot::app {

/// How the body of POST /event is read.
enum class BodyKind : std::uint8_t {
  form,                ///< also no body at all
  json,                ///< flat, or an envelope
  cloud_event,         ///< structured mode
  cloud_event_binary,  ///< attributes in headers, data in the body
  multipart,
  text,     ///< a text that becomes a label, or what else a parameter of that name is
  ignored,  ///< not understood
};

struct EventBody {
  BodyKind kind = BodyKind::form;
  std::string_view bytes{};  ///< without Content-Encoding
  std::string label{};       ///< of a text: the name of the label that it becomes
  std::string rest{};        ///< of a text: the query without the parameter that named the label
};

/// What the body is. Refused: a type that belongs to POST /events, and what cannot be unfolded.
[[nodiscard]] Result<EventBody, event::Rejection> find_event_body(Context& context, const http::Request& request,
                                                                  const PostHeaders& headers);

/// The JSON that the bytes are. Lives until the context's parser reads the next one.
[[nodiscard]] Result<json::Value, event::Rejection> parse_body(Context& context, std::string_view bytes);

/// Feeds the builder with a body that is no form, between begin() and finish().
event::EventBuilder::Taken take_event_body(Context& context, const http::Request& request, const PostHeaders& headers,
                                           const EventBody& body);

}  // namespace oneshot::app
