// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace oneshot {

/// Length of the one character that text begins with, 1 to 4 bytes; 0 if that is not UTF-8 or text is empty.
[[nodiscard]] std::size_t utf8_sequence(std::string_view text) noexcept;

/// A byte that is not the first one of its character.
[[nodiscard]] constexpr bool continues_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}
/// The first `max_bytes` of a longer text, or a few less, so that the cut is not within a character.
[[nodiscard]] constexpr std::string_view cut_between_characters(std::string_view text, std::size_t max_bytes) noexcept {
  while (max_bytes > 0 && continues_character(text[max_bytes])) --max_bytes;
  return text.substr(0, max_bytes);
}

/// Every byte is below 0x80.
[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

/// UTF-8 as RFC 3629 section 4 has it: no overlong forms, no surrogates, nothing above U+10FFFF. Prometheus
/// refuses a whole scrape for one label value that is not. U+0000 is valid.
[[nodiscard]] bool valid_utf8(std::string_view text) noexcept;

}  // namespace oneshot
