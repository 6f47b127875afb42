// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "event/event.hpp"
#include "event/event_builder.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// The headers that a POST of events goes by: the first value of each, or no text (data() is null) where there is none.
struct PostHeaders {
  std::string_view content_type;
  std::string_view content_encoding;  ///< "identity" and "", which say nothing, count as none
  std::string_view event_time;        ///< Event-Time
  std::string_view idempotency_key;   ///< Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07)
  std::string_view contradicted;      ///< the name of one of these that came twice with different values
  std::string_view ce_specversion;    ///< says that the request is a CloudEvent in binary mode
};

/// In one pass: a POST is looked at as rarely as can be.
[[nodiscard]] PostHeaders read_post_headers(std::span<const http::Header> headers) noexcept;

/// Why a POST with PostHeaders::contradicted is refused.
[[nodiscard, gnu::cold]] event::Rejection contradiction(std::string_view header);

/// The sender's time as the header Event-Time has it. A refusal names the header.
event::EventBuilder::Taken take_event_time(event::EventBuilder& builder, std::string_view event_time);

}  // namespace oneshot::app
