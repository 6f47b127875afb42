// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "event_log/offset.hpp"
#include "queue/local/scraper/displaced_names.hpp"
#include "queue/local/scraper/forgotten_cursors.hpp"
#include "queue/local/scraper/history_mark.hpp"
#include "queue/local/scraper/losses.hpp"
#include "queue/local/scraper/place_index.hpp"
#include "queue/local/scraper/scraper.hpp"
#include "queue/local/scraper/startup_hold.hpp"
#include "storage/scraper_slots.hpp"

namespace oneshot::queue {

/// All scrapers, and whatever else keeps events in the log: read leases, the startup hold and the history. Knows
/// offsets but no log, and has no lock: its owner guards it. What is unclaimed, and what forgotten scrapers lose,
/// Losses counts.
class ScraperTable {
 public:
  using Scrapers = Losses::Scrapers;  // nodes never move
  using Leases = std::multiset<std::uint64_t>;

  /// The losses outlive the table, and have the same guard. `slots`: where it is kept for the next program, or null.
  ScraperTable(Losses& losses, SteadyTime start, storage::ScraperSlots* slots = nullptr)
      : losses_(losses), slots_(slots), hold_(start, slots), history_(slots) {}

  /// As a program before left it, before anything else: the log's end, its hold or what comes from now on.
  void restore(const event_log::Offset& counted_end, const event_log::Offset& hold);
  /// A scraper that the program before knew. `sent`: the end of a batch that is sent again.
  Scraper& restore(std::string_view name, bool named, const event_log::Offset& cursor, const event_log::Offset& sent,
                   SteadyTime now, storage::SlotHandle place);

  [[nodiscard]] Scraper* find(std::string_view name) noexcept;
  /// A new scraper. During the startup hold it gets everything since the hold's begin, later what comes after
  /// the counted end, which the caller has moved to the end of the log.
  Scraper& add(std::string_view name, bool named, SteadyTime now);
  /// The same, but from `since` on, which the log still has, if that is earlier; one that was forgotten since it stayed
  /// away goes on where it was, if that is later.
  Scraper& add(std::string_view name, bool named, SteadyTime now, const event_log::Offset& since);
  /// Gives its place to another one: it is forgotten now, or as soon as nothing of it is on its way. Its events are no
  /// loss that anybody is told of.
  void displace(Scrapers::iterator scraper) noexcept;
  /// Of those that were displaced, since the start.
  [[nodiscard]] std::uint64_t displaced() const noexcept { return displaced_; }
  [[nodiscard]] const DisplacedNames& displaced_names() const noexcept { return displaced_names_; }
  [[nodiscard]] Scrapers& all() noexcept { return scrapers_; }
  [[nodiscard]] std::size_t unnamed() const noexcept;
  struct Gone {
    std::string name;
    std::uint64_t lost = 0;
    bool had_earned_its_place = false;  ///< or nobody was ever known to miss its events
  };
  /// Removes unnamed scrapers that were not seen since `before` and wait for nothing, and displaced ones. Returns the
  /// former and how many events each of them has lost; the counted end is at the end of the log.
  std::vector<Gone> forget(SteadyTime before);

  /// Removes this one, which is idle. With `since` it may begin anew: its operator may have lost what it had.
  Gone forget(std::string_view name);

  /// Up to where events have been counted; behind all cursors.
  [[nodiscard]] const event_log::Offset& counted_end() const noexcept { return counted_end_; }
  void advance_counted_end(const event_log::Offset& mark) {
    if (mark.bytes > counted_end_.bytes) places_.note(mark);
    counted_end_ = event_log::later(counted_end_, mark);
  }
  /// Known places up to there.
  [[nodiscard]] PlaceIndex& places() noexcept { return places_; }
  [[nodiscard]] const PlaceIndex& places() const noexcept { return places_; }

  [[nodiscard]] StartupHold& hold() noexcept { return hold_; }
  [[nodiscard]] HistoryMark& history() noexcept { return history_; }
  [[nodiscard]] const HistoryMark& history() const noexcept { return history_; }
  /// What is kept for a revoked proof below `target` makes room.
  void yield_kept(const event_log::Offset& target) noexcept;
  /// It keeps at most so many bytes of the log that nothing else needs: the oldest makes room.
  void bound_kept(std::uint64_t bytes) noexcept;
  /// Moves the hold up to `target`; what passes is unclaimed while there is no scraper.
  void yield_hold(const event_log::Offset& target) noexcept;

  /// Events that the hold keeps while there is no scraper.
  [[nodiscard]] std::uint64_t held() const noexcept;
  /// Events that at least one scraper has not got, each counted once; without scrapers the held ones.
  [[nodiscard]] std::uint64_t kept() const noexcept;

  /// Keeps what lies at or above `offset`, which nobody has lost yet, until it is ended.
  Leases::iterator lease(std::uint64_t offset) { return leases_.insert(offset); }
  void end_lease(Leases::iterator lease) noexcept { leases_.erase(lease); }

  /// The oldest place that a scraper or the hold still needs, or that is kept; the counted end when there is none.
  [[nodiscard]] event_log::Offset lowest_needed() const noexcept;
  /// Likewise, but of scrapers alone, and not what is kept: neither that nor the hold is a reason to refuse an event.
  /// The hold's begin, or the counted end, when there is no scraper.
  [[nodiscard]] event_log::Offset lowest_to_be_sent() const noexcept;
  /// The oldest place that a lease protects; the highest number when there is none.
  [[nodiscard]] std::uint64_t lowest_lease() const noexcept;
  /// Everything before this can be overwritten, where the history is evicted too.
  [[nodiscard]] std::uint64_t needed_from() const noexcept;
  /// Everything before this can be overwritten.
  [[nodiscard]] std::uint64_t free_until() const noexcept;
  /// The oldest event that can be read stands here or behind.
  [[nodiscard]] event_log::Offset readable_from() const noexcept;
  /// Moves all scrapers that are before `target` up to it; what they lose is counted.
  void evict_before(const event_log::Offset& target) noexcept;

  /// While there is neither a scraper nor the hold, events up to the counted end are nobody's.
  void count_unclaimed() noexcept;

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp. Without the
  /// scrapers, which all() has, and what keeps room for this program alone.
  template <class Archive>
  void state(Archive& archive) {
    archive(displaced_, forgotten_cursors_, counted_end_, hold_, history_, places_);
  }

 private:
  Gone note_gone(const std::string& name, const Scraper& scraper);
  Scrapers::iterator remove(Scrapers::iterator scraper) noexcept;

  Losses& losses_;
  storage::ScraperSlots* slots_;
  std::uint64_t displaced_ = 0;
  DisplacedNames displaced_names_;
  ForgottenCursors forgotten_cursors_;
  Scrapers scrapers_;
  Leases leases_;
  event_log::Offset counted_end_;
  StartupHold hold_;
  HistoryMark history_;
  PlaceIndex places_;
};

}  // namespace oneshot::queue
