// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/protocol_error.hpp"

namespace oneshot::http {

struct RequestLine {
  std::string_view method;
  std::string_view target;
  int minor_version = 1;        ///< of HTTP/1.x: 0 or 1
  bool is_later_minor = false;  ///< HTTP/1.2 to 1.9, which are answered as 1.1 (RFC 9110 2.5)
};

/// Takes `line` (without its line end, non-ASCII bytes already percent-encoded) apart, to the letter of
/// RFC 9112 3: one SP between the parts and none elsewhere. Knows the shape of methods, not their names.
[[nodiscard]] Result<RequestLine, ProtocolError> split_request_line(std::string_view line);

}  // namespace oneshot::http
