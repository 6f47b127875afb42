// SPDX-License-Identifier: MIT
#include "http/protocol_error.hpp"

#include <utility>

#include "base/text.hpp"

namespace oneshot::http {

Unexpected<ProtocolError> refusal(int status, std::string message) {
  return Unexpected<ProtocolError>{ProtocolError{.status = status, .message = std::move(message)}};
}

std::string shown(std::string_view client_bytes) { return '"' + printable(client_bytes) + '"'; }

std::string shown_byte(char byte) {
  static constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'0', 'x', digits[value >> 4U], digits[value & 15U]};
}

}  // namespace oneshot::http
