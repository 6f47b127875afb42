// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace oneshot {

/// ASCII letters only, whatever the locale: header names, media types, words of our own.
[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] constexpr char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
[[nodiscard]] inline bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

/// The same for a word that is known while compiling, without a jump for each byte.
template <std::size_t size_with_zero>
[[nodiscard]] bool equals_ignoring_case(std::string_view text, const char (&word)[size_with_zero]) noexcept {
  if (text.size() != size_with_zero - 1) return false;
  unsigned different = 0;
  for (std::size_t i = 0; i + 1 < size_with_zero; ++i) {
    const unsigned case_bit = to_lower(word[i]) != to_upper(word[i]) ? 0x20 : 0;
    different |= (static_cast<unsigned char>(text[i]) ^ static_cast<unsigned char>(word[i])) & ~case_bit;
  }
  return different == 0;
}

/// As ==, but for a word of few bytes that is known while compiling, without the call of memcmp().
template <std::size_t size_with_zero>
[[nodiscard]] bool equals(std::string_view text, const char (&word)[size_with_zero]) noexcept {
  return text.size() == size_with_zero - 1 && std::memcmp(text.data(), word, size_with_zero - 1) == 0;
}

/// Without the spaces and tabs at both ends (the optional blanks of RFC 9110 section 5.6.3).
[[nodiscard]] constexpr std::string_view trim_blanks(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes the first line off the text, and its \n with it, which the line does not have.
[[nodiscard]] constexpr std::string_view take_line(std::string_view& text) noexcept {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

/// Without the line ends behind it, however many: what editors, files and `echo` put there.
[[nodiscard]] constexpr std::string_view trim_line_ends(std::string_view text) noexcept {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// Appends text made safe to show between double quotes: `\"`, `\\`, `\n`, `\t`; every other control
/// character and every byte that is not UTF-8 as `\xNN`. Stops before out would be longer than max_size,
/// never within a character or an escape. False if something was left out.
bool append_escaped(std::string& out, std::string_view text, std::size_t max_size);

/// A client's bytes for a message, as append_escaped writes them, without quotes around. At most max bytes,
/// and what was left out shows as `…` (3 more bytes).
[[nodiscard]] std::string printable(std::string_view text, std::size_t max = 80);

/// The same between quotes.
[[nodiscard]] std::string quoted(std::string_view text, std::size_t max = 80);
// The same, for arguments that std::quoted() would fit better: argument-dependent lookup finds that one wherever a
// header brings <iomanip> along, as <chrono> of GCC 14 does.
[[nodiscard]] inline std::string quoted(const std::string& text, std::size_t max = 80) {
  return quoted(std::string_view(text), max);
}
[[nodiscard]] inline std::string quoted(std::string& text, std::size_t max = 80) {
  return quoted(std::string_view(text), max);
}
[[nodiscard]] inline std::string quoted(const char* text, std::size_t max = 80) {
  return quoted(std::string_view(text), max);
}

void append_unsigned(std::string& out, std::uint64_t value);
void append_signed(std::string& out, std::int64_t value);
/// With zeros in front up to this many digits.
void append_padded(std::string& out, std::uint64_t value, std::size_t width);

}  // namespace oneshot
