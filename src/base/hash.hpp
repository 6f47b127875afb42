// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace oneshot {

namespace hash_detail {

// Odd numbers without pattern: fractional parts of the golden ratio and of the square roots of 2 and 3.
inline constexpr std::uint64_t k1 = 0x9E3779B97F4A7C15U;
inline constexpr std::uint64_t k2 = 0x6A09E667F3BCC909U;
inline constexpr std::uint64_t k3 = 0xBB67AE8584CAA73BU;

/// For a given state every word gives another state, so that no word can wipe out what came before.
constexpr std::uint64_t mix(std::uint64_t state, std::uint64_t word) noexcept {
  return std::rotl(state + word * k2, 31) * k1;
}

inline std::uint64_t load(const char* from, std::size_t size) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

}  // namespace hash_detail

/// A well-mixed hash of some bytes: every bit of it can be used. It has no key, so a client can make
/// collisions: whoever uses it compares the text as well where equality matters. It depends on the byte order, and
/// stands in the storage file (queue/storage/format.hpp): a change of it is a new version of that format.
[[nodiscard]] inline std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  using namespace hash_detail;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  // Two lanes, since one alone would wait for its own multiplications.
  std::uint64_t a = k1 ^ (static_cast<std::uint64_t>(left) * k3);
  std::uint64_t b = k3;
  for (; left >= 16; left -= 16, at += 16) {
    a = mix(a, load(at, 8));
    b = mix(b, load(at + 8, 8));
  }
  if (left >= 8) {
    a = mix(a, load(at, 8));
    at += 8;
    left -= 8;
  }
  if (left > 0) b = mix(b, load(at, left));  // zeros behind: the length is in the hash already

  std::uint64_t h = a ^ std::rotl(b, 29) * k2;
  h = (h ^ (h >> 32U)) * k1;
  h = (h ^ (h >> 29U)) * k3;
  return h ^ (h >> 32U);
}

}  // namespace oneshot
