// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "event_log/clock_steps.hpp"
#include "event_log/ring.hpp"
#include "storage/file.hpp"
#include "storage/scraper_slots.hpp"

namespace oneshot::storage {

/// What a storage file holds, found after however the program before ended.
struct Recovered {
  /// Whole records, padding among them, follow each other without a gap from here to there, once holes are filled.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  /// Each with a cursor in [begin, end]. Batches were not delivered, or are undecided; their ends are in (cursor, end],
  /// or in what is set aside.
  std::vector<ScraperSlots::Entry> scrapers;
  std::optional<std::uint64_t> hold;     ///< in [begin, end]
  std::optional<std::uint64_t> history;  ///< in [begin, end]: the history's mark
  /// In [begin, end], where a record begins, or a hole: what lies before it nobody needs but the history.
  std::uint64_t needed = 0;

  struct Range {
    std::uint64_t begin;
    std::uint64_t end;
  };
  std::vector<Range> holes;   ///< where there is no record; fill_holes() makes padding records. Ascending
  std::vector<Range> damage;  ///< those of them that held what can no longer be read
  std::vector<std::uint32_t> damaged_slots;  ///< scrapers whose names are lost
  std::vector<std::string> damaged_cursors;  ///< scrapers that get all that is in the log, since theirs is lost
  std::vector<event_log::ClockSteps::Range> skew_ranges;  ///< stored while the clock was ahead
  std::int64_t latest_unix_ms = 0;                        ///< what the clock said then; 0: not known
  bool in_good_order = false;
  bool power_lost = false;  ///< and nothing since is sure but what was flushed
};

/// Looks through the file, and changes nothing. `now`: this run of the machine.
///
/// After an end that was not in good order records are searched for up to the reserved end, in steps of 8 bytes where
/// there is none, and the log ends behind the last of them, or where the furthest scraper stands. So the places of what
/// got lost are used again, which does no harm: nothing that was there is left, or it would have been found. (To go on
/// from the reserved end would take room at each kill, and a program that is killed again and again would push out what
/// waits.)
///
/// A batch in flight that the kernel had whole counts as delivered if the machine has run on since. Of the scrapers in
/// `confirmed` that is not settled: their batches stay, undecided, if they have a number to ask for.
Result<Recovered, Error> recover(const File& file, const event_log::Ring& ring, const BootId& now,
                                 const std::vector<std::string>& confirmed);

/// The log begins where somebody needs it: the history was in the way.
void let_go_of_history(Recovered& found);

/// What was found can then be walked from its begin to its end. Being killed meanwhile costs nothing.
void fill_holes(const File& file, const event_log::Ring& ring, const Recovered& found) noexcept;

}  // namespace oneshot::storage
