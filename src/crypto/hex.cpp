// SPDX-License-Identifier: MIT
#include "crypto/hex.hpp"

#include "base/text.hpp"

namespace oneshot::crypto {
namespace {

constexpr std::string_view digits_of = "0123456789abcdef";

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits_of[byte >> 4];
    out += digits_of[byte & 0xF];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const std::size_t high = digits_of.find(to_lower(digits[i]));
    const std::size_t low = digits_of.find(to_lower(digits[i + 1]));
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

}  // namespace oneshot::crypto
