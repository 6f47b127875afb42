// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "confirm/metric_names.hpp"
#include "confirm/own_numbers.hpp"
#include "queue/kept.hpp"

namespace oneshot::confirm {

/// A batch that the API has shown.
struct KeptBatch {
  std::unique_ptr<queue::Kept> kept;
  MetricNames metrics;       ///< that its events went out with
  Labels marker;             ///< of the series that showed it
  std::int64_t unix_ms = 0;  ///< when it was scraped, by the scraper's clock
  SteadyTime sent_at{};      ///< when its last byte was handed over: so far back an answer has to reach
  SteadyTime shown_at{};     ///< first

  bool is_shown = true;    ///< by the last answer
  unsigned missing = 0;    ///< answers in a row without it
  SteadyTime missed_at{};  ///< the last of them
  bool counted = false;    ///< its events have been counted there, or cannot be
  unsigned short_counts = 0;
  SteadyTime count_at{};
  unsigned failed_questions = 0;          ///< about its events, one after the other
  std::vector<queue::EventRef> left_out;  ///< events that the store refuses: not to be sent with the others again
};

/// The batches of one scraper that may yet vanish: a store that is killed forgets what it has not written, in the order
/// in which it got it. So a number that is not there while a later one is has vanished; two answers must say so. Where
/// nothing later is shown, nothing is known: the next scrape brings a number. Used by one thread.
class KeptBatches {
 public:
  /// `numbers_apart`: of two answers that both lack a number, the second must be so much later.
  static constexpr std::chrono::seconds numbers_apart{1};
  static constexpr unsigned missing_limit = 2;

  void add(KeptBatch batch) { batches_.push_back(std::move(batch)); }
  [[nodiscard]] bool empty() const noexcept { return batches_.empty(); }
  /// When the first and the last of them went out; `now` where there is none.
  [[nodiscard]] SteadyTime oldest(SteadyTime now) const noexcept;
  [[nodiscard]] SteadyTime newest(SteadyTime now) const noexcept;
  [[nodiscard]] std::set<std::uint64_t> numbers() const;

  /// An answer that lacks nothing. Lets go of what has been shown for `recheck` and is shown now, and returns what has
  /// vanished, which is kept no more.
  [[nodiscard]] std::vector<KeptBatch> compare(const Shown& shown, SteadyTime now, std::chrono::milliseconds recheck);
  /// There was no answer, or one that may lack something: what is shown is not known.
  void not_known() noexcept;
  /// The one whose events are to be counted now; null: none. Only what the last answer shows: events that a killed
  /// store has forgotten together with their number are no events that it refuses.
  [[nodiscard]] KeptBatch* to_count(SteadyTime now) noexcept;
  /// When the next one is; SteadyTime::max(): none.
  [[nodiscard]] SteadyTime next_count() const noexcept;
  void clear() { batches_.clear(); }

 private:
  std::list<KeptBatch> batches_;
};

}  // namespace oneshot::confirm
