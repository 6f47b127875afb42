// SPDX-License-Identifier: MIT
#include "settings/toml_bytes.hpp"

#include <cstddef>

namespace oneshot::settings {

namespace {

// U+10FF00 to U+10FF7F in UTF-8: these, 0xBC or 0xBD, and the six lower bits of the byte.
constexpr std::string_view beginning = "\xF4\x8F";
constexpr unsigned third_byte = 0xBA;  // and bits 6 and 7 of the byte, which are 2 or 3
constexpr std::size_t length = 4;

unsigned byte_at(std::string_view text, std::size_t at) noexcept { return static_cast<unsigned char>(text[at]); }

}  // namespace

std::string to_private_characters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += beginning;
      out += static_cast<char>(third_byte + (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

std::string from_private_characters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const unsigned upper = rest.size() < length ? 0 : byte_at(rest, 2) - third_byte;
    if (rest.starts_with(beginning) && (upper == 2 || upper == 3)) {
      out += static_cast<char>(upper << 6 | (byte_at(rest, 3) & 0x3F));
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace oneshot::settings
