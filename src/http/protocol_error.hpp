// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace oneshot::http {

/// Why the bytes of a connection are no request that can be answered. The connection ends after the reply
/// that says so, since nobody knows where a next request would begin.
struct ProtocolError {
  int status = 400;
  std::string message;               ///< one line without its end: what is wrong, and what is allowed
  unsigned retry_after_seconds = 0;  ///< 0: no Retry-After
};

/// `return bad_request("...");` from a function that gives a Result<T, ProtocolError>.
[[nodiscard]] Unexpected<ProtocolError> refusal(int status, std::string message);
[[nodiscard]] inline Unexpected<ProtocolError> bad_request(std::string message) {
  return refusal(400, std::move(message));
}

/// Client bytes as they may stand in a message: in double quotes, control bytes escaped, long ones cut.
[[nodiscard]] std::string shown(std::string_view client_bytes);
/// "0x1f"
[[nodiscard]] std::string shown_byte(char byte);

}  // namespace oneshot::http
