// SPDX-License-Identifier: MIT
#include "base/json_text.hpp"

#include <algorithm>
#include <array>

#include "base/byte_set.hpp"
#include "base/utf8.hpp"

namespace oneshot {
namespace {

constexpr std::string_view no_utf8 = "\xEF\xBF\xBD";  // U+FFFD

constexpr ByteSet plain([](char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
});

/// Of a control character, a quote or a backslash. DEL is escaped for YAML, which refuses it: oneshotctl scrape-config.
std::string_view escape(char c, std::array<char, 6>& space) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    default:
      space = {'\\', 'u', '0', '0', digits[byte >> 4U], digits[byte & 0xFU]};
      return {space.data(), space.size()};
  }
}

/// The next character, which is not plain, taken from the text; as JSON has it.
std::string_view take_character(std::string_view& text, std::array<char, 6>& space) noexcept {
  const bool ascii = static_cast<unsigned char>(text.front()) < 0x80;
  const std::size_t size = ascii ? 1 : utf8_sequence(text);
  const std::string_view shown = ascii ? escape(text.front(), space) : size == 0 ? no_utf8 : text.substr(0, size);
  text.remove_prefix(std::max<std::size_t>(size, 1));
  return shown;
}

}  // namespace

bool append_json_text(std::string& out, std::string_view text, std::size_t max_size) {
  std::array<char, 6> space{};
  while (!text.empty()) {
    const std::size_t run = plain.find_other_in(text);
    const std::size_t room = max_size - std::min(max_size, out.size());
    out.append(text.substr(0, std::min(run, room)));
    if (run > room) return false;
    text.remove_prefix(run);
    if (text.empty()) break;
    const std::string_view shown = take_character(text, space);
    if (shown.size() > max_size - std::min(max_size, out.size())) return false;
    out += shown;
  }
  return true;
}

}  // namespace oneshot
