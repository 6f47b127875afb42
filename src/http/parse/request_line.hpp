// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/protocol_error.hpp"
#include "http/request.hpp"

namespace oneshot::http {

struct RequestLine {
  Method method = Method::other;
  std::string_view method_name;
  std::string_view target;
  int minor_version = 1;        ///< of HTTP/1.x: 0 or 1
  bool is_later_minor = false;  ///< HTTP/1.2 to 1.9, which are answered as 1.1 (RFC 9110 2.5)
};

/// Takes `line` (without its line end, non-ASCII bytes already percent-encoded) apart, to the letter of
/// RFC 9112 3: one SP between the parts and none elsewhere. Knows the shape of methods, not their names.
[[nodiscard]] Result<RequestLine, ProtocolError> split_request_line(std::string_view line);

/// A line as nearly all are: a method that Method names, a target that begins with a slash and is made of printable
/// bytes other than the blank and `#`, HTTP/1.0 or 1.1.
struct UsualRequestLine {
  Method method = Method::other;
  std::string_view method_name;
  std::string_view path;  ///< as split_target() has it
  std::string_view query;
  int minor_version = 1;
  std::string_view line;  ///< with its line end
};

/// Takes apart the line that `bytes` begin with, in one pass that also finds its end. False if that is not all there,
/// or the line needs a closer look.
[[nodiscard]] bool split_usual_request_line(std::string_view bytes, UsualRequestLine& parts) noexcept;

}  // namespace oneshot::http
