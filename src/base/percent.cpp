// SPDX-License-Identifier: MIT
#include "base/percent.hpp"

#include <cstddef>

#include "base/byte_set.hpp"

namespace oneshot {

namespace {

constexpr ByteSet percent{[](char c) { return c == '%'; }};
constexpr ByteSet percent_or_plus{[](char c) { return c == '%' || c == '+'; }};

/// 0 to 15, or -1.
int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool append_percent_decoded(std::string& out, std::string_view text, bool plus_is_blank) {
  const std::size_t size_before = out.size();
  const ByteSet& special = plus_is_blank ? percent_or_plus : percent;
  for (;;) {
    const std::size_t plain = special.find_in(text);
    out += text.substr(0, plain);
    if (plain == text.size()) return true;
    text.remove_prefix(plain);
    if (text[0] == '+') {
      out += ' ';
      text.remove_prefix(1);
      continue;
    }
    const int high = text.size() < 3 ? -1 : hex_value(text[1]);
    const int low = text.size() < 3 ? -1 : hex_value(text[2]);
    if (high < 0 || low < 0) {
      out.resize(size_before);
      return false;
    }
    out += static_cast<char>(high * 16 + low);
    text.remove_prefix(3);
  }
}

}  // namespace oneshot
