// SPDX-License-Identifier: MIT
#include "crypto/bcrypt.hpp"

#include <crypt.h>
#include <string.h>

#include <cassert>
#include <cmath>
#include <cstddef>
#include <memory>

#include "base/byte_set.hpp"
#include "base/text.hpp"
#include "crypto/sha256.hpp"

namespace oneshot::crypto {
namespace {

constexpr ByteSet digits64([](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '/'; });

constexpr std::size_t cost_at = 4;       // behind "$2y$"
constexpr std::size_t salt_at = 7;       // behind "$2y$10$"
constexpr std::size_t digest_at = 29;    // behind 22 characters of salt
constexpr std::size_t hash_length = 60;  // with 31 characters of digest

}  // namespace

std::optional<unsigned> bcrypt_cost(std::string_view hash) noexcept {
  if (hash.size() != hash_length || !hash.starts_with("$2") || hash[3] != '$' || hash[salt_at - 1] != '$') return {};
  if (hash[2] != 'a' && hash[2] != 'b' && hash[2] != 'y') return {};
  const char tens = hash[cost_at];
  const char ones = hash[cost_at + 1];
  if (!is_digit(tens) || !is_digit(ones) || !digits64.has_all_of(hash.substr(salt_at))) return {};
  const auto cost = static_cast<unsigned>((tens - '0') * 10 + (ones - '0'));
  if (cost < 4 || cost > 31) return {};
  return cost;
}

double bcrypt_seconds(unsigned cost) noexcept { return std::ldexp(0.07, static_cast<int>(cost) - 10); }

bool bcrypt_matches(const std::string& password, const std::string& hash) {
  assert(bcrypt_cost(hash));
  const auto data = std::make_unique<crypt_data>();  // 32 KiB
  const char* const made = ::crypt_r(password.c_str(), hash.c_str(), data.get());
  // The salt's last character has bits that say nothing, and comes back without them.
  const std::string_view result(made == nullptr ? "" : made);
  const bool same =
      result.size() == hash_length && equal(result.substr(digest_at), std::string_view(hash).substr(digest_at));
  ::explicit_bzero(data.get(), sizeof *data);
  return same;
}

}  // namespace oneshot::crypto
