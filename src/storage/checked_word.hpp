// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

#include "base/hash.hpp"

namespace oneshot::storage {

/// An offset as it stands in the storage file: one word that is stored at once and tells by itself whether it is whole.
/// From the highest bit: the offset in units of 8 bytes (53 bits), a flag, and 10 bits of check over both, the file's
/// salt and the word's place. A change of one or two bits is always noticed; of all other damage, and of words that
/// belong to another file or another place, one in 1,024 is not.
struct CheckedWord {
  /// Stands for "none": no offset ever gets there.
  static constexpr std::uint64_t none = ((std::uint64_t{1} << 53) - 1) << 3;

  std::uint64_t offset = none;  ///< a multiple of 8
  bool flag = false;

  /// A word that keeps a number of 0 to 2^53-2 instead of an offset.
  static constexpr CheckedWord of_number(std::uint64_t number, bool flag = false) noexcept {
    return {.offset = number << 3, .flag = flag};
  }
  [[nodiscard]] constexpr std::uint64_t number() const noexcept { return offset >> 3; }

  /// `place`: its offset in the file.
  [[nodiscard]] std::uint64_t encode(std::uint64_t salt, std::uint64_t place) const noexcept {
    const std::uint64_t content = offset >> 3 << 11 | (flag ? 1U : 0U) << 10;
    return content | check_of(content, salt, place);
  }
  /// Nothing for a damaged word.
  static std::optional<CheckedWord> decode(std::uint64_t word, std::uint64_t salt, std::uint64_t place) noexcept {
    const std::uint64_t content = word & ~check_mask;
    if ((word & check_mask) != check_of(content, salt, place)) return std::nullopt;
    return CheckedWord{.offset = content >> 11 << 3, .flag = (content >> 10 & 1) != 0};
  }

 private:
  static constexpr std::uint64_t check_mask = (1U << 10) - 1;

  /// A CRC, and a hash that other files and places do not share. The hash alone, over the content too, would miss one
  /// in 1,024 changes of a single bit, the damage that memory and disks cause most; a missed one makes a scraper pass
  /// over events or get them twice, and nothing else would tell.
  static std::uint64_t check_of(std::uint64_t content, std::uint64_t salt, std::uint64_t place) noexcept {
    constexpr std::uint64_t polynomial = 0x633ULL << 53;  // CRC-10 of ITU-T I.610: x^10 + x^9 + x^5 + x^4 + x + 1
    std::uint64_t rest = content;                         // its lowest 10 bits are 0, as a CRC wants it
    for (int bit = 63; bit >= 10; --bit) {
      if ((rest >> bit & 1) != 0) rest ^= polynomial >> (63 - bit);
    }
    const std::array<char, 8> bytes = std::bit_cast<std::array<char, 8>>(place);
    return (rest ^ hash_bytes({bytes.data(), bytes.size()}, Seed{salt})) & check_mask;
  }
};

}  // namespace oneshot::storage
