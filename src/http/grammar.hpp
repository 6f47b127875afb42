// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "base/byte_set.hpp"

namespace oneshot::http {

[[nodiscard]] constexpr bool is_hex_digit(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The bytes of a method or of a header name: tchar of RFC 9110 5.6.2.
inline constexpr ByteSet token_bytes{[](char c) {
  return is_letter(c) || is_digit(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}};

/// What must not be in a header value: NUL and the control bytes but the tab (RFC 9110 5.5).
inline constexpr ByteSet control_bytes{[](char c) {
  const auto value = static_cast<unsigned char>(c);
  return (value < 0x20 && c != '\t') || value == 0x7f;
}};

}  // namespace oneshot::http
