// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace oneshot::app {

/// What the body of a POST says it is.
enum class MediaType : std::uint8_t {
  none,               ///< no Content-Type
  form,               ///< application/x-www-form-urlencoded
  json,               ///< application/json
  ndjson,             ///< one JSON value a line
  cloudevents,        ///< application/cloudevents+json
  cloudevents_batch,  ///< application/cloudevents-batch+json
  multipart,          ///< multipart/form-data
  text,               ///< text/plain, text/markdown and the like
  other,
};

/// Without its parameters, such as charset: what counts is UTF-8, whatever they say.
[[nodiscard]] MediaType media_type_of(std::string_view content_type) noexcept;

/// application/json, and every other name that ends in +json (RFC 6839 3.1).
[[nodiscard]] bool is_json(std::string_view content_type) noexcept;

}  // namespace oneshot::app
