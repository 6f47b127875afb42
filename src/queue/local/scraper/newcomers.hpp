// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "queue/local/scraper/losses.hpp"
#include "queue/local/scraper/scraper.hpp"

namespace oneshot::queue {

/// Where a scraper that comes new gets its place among the unnamed ones. A place is earned by a second scrape, a second
/// or more after the first, or by a delivered batch with events that came since; where it was lost before, by a third
/// scrape (see DisplacedNames). While places are free everybody gets one, but for an origin that has a quarter of them
/// already: the last quarter is not for that one. Where there is none left a newcomer takes that of another one which
/// has not earned its own: of the origin with the most of those, the oldest. So strangers displace each other, and
/// whoever is known stays, however many come.
///
/// An origin is an address, see Poster::sender; 0 is nobody's and has no share. Named scrapers need no place.
class Newcomers {
 public:
  enum class Verdict : std::uint8_t {
    free,        ///< take it
    instead_of,  ///< of `other`, which goes
    all_taken,   ///< by scrapers that have earned theirs
    share_used,  ///< the origin has its share, and has earned all of it
  };
  struct Place {
    Verdict verdict;
    Losses::Scrapers::iterator other{};
  };

  [[nodiscard]] static Place find_place(Losses::Scrapers& scrapers, std::uint64_t origin, std::size_t max);
};

}  // namespace oneshot::queue
