// SPDX-License-Identifier: MIT
#include "access/credentials.hpp"

#include <string.h>

#include <algorithm>
#include <cstddef>

#include "access/base64.hpp"
#include "base/byte_set.hpp"

namespace oneshot::access {
namespace {

constexpr ByteSet token_bytes([](char c) {
  return is_letter(c) || is_digit(c) || std::string_view("-._~+/").find(c) != std::string_view::npos;
});
constexpr ByteSet control_bytes([](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });

}  // namespace

Authorization split_authorization(std::string_view value) noexcept {
  const std::size_t blank = std::min(value.find(' '), value.size());
  const std::size_t rest = std::min(value.find_first_not_of(' ', blank), value.size());
  return {value.substr(0, blank), value.substr(rest)};
}

bool is_token(std::string_view text) noexcept {
  const std::size_t end = token_bytes.find_other_in(text);
  return end > 0 && text.find_first_not_of('=', end) == std::string_view::npos;
}

std::optional<UserAndPassword> read_basic(std::string_view rest) {
  std::optional<std::string> text = from_base64(rest);
  if (!text) return std::nullopt;
  std::optional<UserAndPassword> read;
  const std::size_t colon = text->find(':');
  if (colon != std::string::npos && control_bytes.find_in(*text) == text->size())
    read.emplace(UserAndPassword{text->substr(0, colon), text->substr(colon + 1)});
  wipe(*text);
  return read;
}

void wipe(std::string& secret) noexcept {
  ::explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

}  // namespace oneshot::access
