// SPDX-License-Identifier: MIT
#include "http/body_limits.hpp"

#include <string>

namespace oneshot::http {

ProtocolError body_too_large(std::size_t limit) {
  return {.status = 413, .message = "the body is over " + std::to_string(limit) + " bytes"};
}

}  // namespace oneshot::http
