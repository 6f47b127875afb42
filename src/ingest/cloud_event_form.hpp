// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"
#include "http/request.hpp"

namespace oneshot::ingest {

/// A CloudEvent in binary mode (CloudEvents 1.0.2, HTTP protocol binding, 3.1).
struct BinaryCloudEvent {
  enum class Data : std::uint8_t {
    none,  ///< there is no body, or nothing that JSON could show
    json,  ///< the body is JSON that a parser has read
    text,
  };
  std::span<const http::Header> headers;
  std::string_view content_type{};
  std::string_view body{};
  Data data = Data::none;
};

/// The same CloudEvent in structured mode (JSON format, 3): all attributes, those of extensions too, `datacontenttype`
/// and `data`. Refused is an attribute that is not UTF-8. Whether the attributes are right, read_cloud_event() says.
[[nodiscard]] Result<std::string, event::Rejection> json_form(const BinaryCloudEvent& event);

}  // namespace oneshot::ingest
