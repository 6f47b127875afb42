// SPDX-License-Identifier: MIT
#include "base/percent.hpp"

#include <cstddef>

#include "base/byte_set.hpp"

namespace oneshot {

namespace {

constexpr ByteSet percent{[](char c) { return c == '%'; }};
constexpr ByteSet percent_or_plus{[](char c) { return c == '%' || c == '+'; }};
constexpr ByteSet unreserved{
    [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; }};

/// 0 to 15, or -1.
int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The text begins with a percent sign and two hexadecimal digits.
bool is_escape(std::string_view text) noexcept {
  return text.size() >= 3 && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
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
    if (!is_escape(text)) {
      out.resize(size_before);
      return false;
    }
    out += static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
    text.remove_prefix(3);
  }
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (unreserved.has(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4U], digits[byte & 0xFU]};
  }
}

std::string_view first_bad_escape(std::string_view text) noexcept {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
    if (!is_escape(text.substr(at))) return text.substr(at, 3);
  return {};
}

}  // namespace oneshot
