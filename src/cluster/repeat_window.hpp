// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace oneshot::cluster {

/// Which records of one publisher have been applied: each counts once, however often its publisher has sent it and in
/// whichever order the repeats arrive. All numbers below `lowest missing` have come, and of the `width` from there on
/// any. A publisher has no more than that in flight.
class RepeatWindow {
 public:
  static constexpr std::uint64_t width = 4096;

  /// False: this number has come before, or is so far ahead that no publisher sends it.
  bool enter(std::uint64_t number) noexcept {
    if (number < lowest_missing_ || number - lowest_missing_ >= width || bit(number)) return false;
    set(number, true);
    for (; bit(lowest_missing_); ++lowest_missing_) set(lowest_missing_, false);
    return true;
  }
  [[nodiscard]] std::uint64_t lowest_missing() const noexcept { return lowest_missing_; }

  template <class Archive>
  void state(Archive& archive) {
    archive(lowest_missing_, came_);
  }

 private:
  [[nodiscard]] bool bit(std::uint64_t number) const noexcept {
    return (came_[number % width / 64] >> (number % 64) & 1) != 0;
  }
  void set(std::uint64_t number, bool value) noexcept {
    const std::uint64_t mask = std::uint64_t{1} << (number % 64);
    std::uint64_t& word = came_[number % width / 64];
    word = value ? word | mask : word & ~mask;
  }

  std::uint64_t lowest_missing_ = 1;
  std::array<std::uint64_t, width / 64> came_{};
};

}  // namespace oneshot::cluster
