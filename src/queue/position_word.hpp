// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "base/hash.hpp"

namespace oneshot::queue {

/// A position as it stands in the storage file: one word that is stored at once and tells by itself whether it is
/// whole, so that a damaged one is noticed. From the highest bit: the position in units of 8 bytes (53 bits), a flag,
/// and 10 bits that depend on both, on the file's salt and on the word's place.
struct PositionWord {
  /// Stands for "none": no position ever gets there.
  static constexpr std::uint64_t none = ((std::uint64_t{1} << 53) - 1) << 3;

  std::uint64_t position = none;  ///< a multiple of 8
  bool flag = false;

  /// `place`: its offset in the file.
  [[nodiscard]] std::uint64_t encode(std::uint64_t salt, std::uint64_t place) const noexcept {
    const std::uint64_t content = position >> 3 << 11 | (flag ? 1U : 0U) << 10;
    return content | check_of(content, salt, place);
  }
  /// Nothing for a damaged word.
  static std::optional<PositionWord> decode(std::uint64_t word, std::uint64_t salt, std::uint64_t place) noexcept {
    const std::uint64_t content = word & ~check_mask;
    if ((word & check_mask) != check_of(content, salt, place)) return std::nullopt;
    return PositionWord{.position = content >> 11 << 3, .flag = (content >> 10 & 1) != 0};
  }

 private:
  static constexpr std::uint64_t check_mask = (1U << 10) - 1;

  static std::uint64_t check_of(std::uint64_t content, std::uint64_t salt, std::uint64_t place) noexcept {
    using hash_detail::mix;
    const std::uint64_t mixed = mix(mix(mix(hash_detail::k3, salt), place), content);
    return mix(mixed ^ mixed >> 32, hash_detail::k2) >> 54;
  }
};

}  // namespace oneshot::queue
