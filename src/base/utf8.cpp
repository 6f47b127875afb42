// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include "base/byte_scan.hpp"

namespace oneshot {

std::size_t utf8_sequence(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;

  // The table of RFC 3629 section 4: only the second byte's range depends on the first byte.
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;   // else overlong
    if (first == 0xED) high = 0x9F;  // else a surrogate
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;   // else overlong
    if (first == 0xF4) high = 0x8F;  // else above U+10FFFF
  } else {
    return 0;
  }
  if (text.size() < length || at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

bool is_ascii(std::string_view text) noexcept { return find_non_ascii(text) == text.size(); }

bool valid_utf8(std::string_view text) noexcept {
  for (;;) {
    text.remove_prefix(find_non_ascii(text));
    if (text.empty()) return true;
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
}

}  // namespace oneshot
