// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/byte_set.hpp"

namespace oneshot {

inline constexpr std::size_t longest_host = 253;  ///< bytes of a DNS name (RFC 1035 section 2.3.4)

/// What host names of DNS and IPv4 addresses are made of; underscores too, since people have them.
[[nodiscard]] constexpr bool is_host_byte(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
}
[[nodiscard]] constexpr bool has_host_bytes_only(std::string_view text) noexcept {
  return std::ranges::all_of(text, is_host_byte);
}

}  // namespace oneshot
