// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "event_log/offset.hpp"
#include "queue/local/scraper/scraper.hpp"

namespace oneshot::queue {

/// The lost events of a queue: those refused, those that nobody claimed, and those of forgotten scrapers are counted
/// here (each scraper counts its own until it is forgotten); and lost events are logged from here, in numbers and not
/// for each event. Has no lock: its owner guards it, where a function does not say otherwise.
class Losses {
 public:
  using Scrapers = std::map<std::string, Scraper, std::less<>>;
  using ByName = std::map<std::string, std::uint64_t, std::less<>>;

  /// This scraper is forgotten, and so many events waited for it.
  void count_forgotten(std::string_view scraper, std::uint64_t events);
  /// Lost by scrapers that were forgotten, by name; those beyond 100 names share the name "(others)".
  [[nodiscard]] const ByName& forgotten() const noexcept { return forgotten_; }

  /// Events before `mark` that are not counted as unclaimed yet had somebody's claim.
  void claimed_until(const event_log::Offset& mark) noexcept { accounted_ = event_log::later(accounted_, mark); }
  /// Events before `mark` that are not accounted for yet were nobody's.
  void count_unclaimed_until(const event_log::Offset& mark) noexcept;
  /// Events that nobody had a claim on.
  [[nodiscard]] std::uint64_t unclaimed() const noexcept { return unclaimed_; }

  /// An event found no room. Any thread, without the lock.
  void count_refused() noexcept { refused_.fetch_add(1, std::memory_order_relaxed); }

  /// What no line has said yet.
  struct Unlogged {
    std::vector<std::pair<std::string, std::uint64_t>> full;   ///< by scraper: the log made room
    std::vector<std::pair<std::string, std::uint64_t>> again;  ///< the same, and had been delivered before
    std::uint64_t refused = 0;
    std::uint64_t unclaimed = 0;

    [[nodiscard]] bool empty() const noexcept { return full.empty() && again.empty() && refused + unclaimed == 0; }
    /// A line for each scraper, one about what was refused, one about what nobody scraped. Without the lock.
    void write() const;
  };
  /// This scraper is about to be forgotten: what no line has said of its losses, the next one says.
  void keep_unlogged(const std::string& name, const Scraper& scraper);
  /// What is to be logged now, once: the first loss at once, and then the sum of a minute, unless `at_once`.
  [[nodiscard]] Unlogged take_unlogged(Scrapers& scrapers, SteadyTime now, bool at_once);

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp.
  /// Not what the lines have said.
  template <class Archive>
  void state(Archive& archive) {
    archive(forgotten_, accounted_, unclaimed_);
  }

 private:
  ByName forgotten_;
  event_log::Offset accounted_;  // before this, events had somebody's claim or are counted as unclaimed
  std::uint64_t unclaimed_ = 0;
  std::uint64_t unclaimed_logged_ = 0;
  Unlogged of_forgotten_;
  SteadyTime silent_about_unclaimed_until_{};
  SteadyTime silent_about_refused_until_{};
  std::atomic<std::uint64_t> refused_{0};  // not yet logged
};

}  // namespace oneshot::queue
