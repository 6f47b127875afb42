// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/clock.hpp"
#include "base/hash.hpp"

namespace oneshot::queue {

/// When those who were displaced came last, so that they can earn places although newcomers push them out between any
/// two of their scrapes. Who comes in masses comes again sooner than a scraper does, or under another name: so three
/// scrapes in a row, each at least half a second behind the one before it, earn a place; a nearer one is a first one.
///
/// 65,536 places by a keyed hash, one name each: the later one counts. 512 KiB, from the first displacement on; without
/// that memory nobody is remembered. Has no lock.
class DisplacedNames {
 public:
  static constexpr std::chrono::milliseconds comes_again{500};
  static constexpr std::uint16_t earn_a_place = 3;

  /// `in_a_row`: what scrapes_before() had found, and one.
  void note(std::string_view name, SteadyTime last_scrape, std::uint16_t in_a_row) noexcept;
  /// How many scrapes in a row a scrape of this one now goes on from; `longest`: so long one is known.
  [[nodiscard]] std::uint16_t scrapes_before(std::string_view name, SteadyTime now,
                                             std::chrono::milliseconds longest) const noexcept;

 private:
  static constexpr std::size_t places = 65536;
  struct Entry {
    std::uint16_t tag;
    std::uint16_t in_a_row;  // 0: none
    std::uint32_t ms;        // of the steady clock; a wrap, after 49 days, makes an old one a new one
  };
  struct Free {
    void operator()(Entry* entries) const noexcept { std::free(entries); }
  };

  const Seed seed_ = random_seed();
  std::unique_ptr<Entry[], Free> entries_;  // zeroed by the kernel
};

}  // namespace oneshot::queue
