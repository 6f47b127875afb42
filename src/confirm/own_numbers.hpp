// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "confirm/evidence.hpp"

namespace oneshot::confirm {

/// What an answer shows of this server's markers.
struct Shown {
  std::map<std::uint64_t, std::int64_t> numbers;  ///< each with its time by the scraper's clock
  std::set<std::int64_t> times;                   ///< of all samples of our series, older programs' too
  Labels labels;                                  ///< of the marker's series, the newest; empty: none shows

  [[nodiscard]] bool has(std::uint64_t number) const { return numbers.contains(number); }
  /// 0: none.
  [[nodiscard]] std::uint64_t newest() const { return numbers.empty() ? 0 : numbers.rbegin()->first; }
};

/// The numbers that this server gave its markers for one scraper, and which of the series in an answer are its own. One
/// Prometheus may scrape several of these servers, each with a marker for the same name: their series differ in job or
/// instance, which a relabelling may change at any time, so a series is known by the numbers in it. It is ours if more
/// of its recent numbers are ours than are not. Numbers from before this program, and those that are no longer
/// remembered, are neither. The number of a batch that is out or kept is remembered however many follow it: a batch
/// that is stored and not recognized would go out twice.
class OwnNumbers {
 public:
  static constexpr std::size_t remembered = 4096;

  void issued(std::uint64_t number);
  /// A batch has this number, of this program or of the one before: it is remembered until hold_only().
  void hold(std::uint64_t number) { held_.insert(number); }
  /// These batches are still to be found in answers, and no others.
  void hold_only(std::set<std::uint64_t> numbers) { held_ = std::move(numbers); }

  [[nodiscard]] Shown find(const Samples& answer) const;

 private:
  [[nodiscard]] bool is_own(std::uint64_t number) const;
  [[nodiscard]] bool is_own(const Series& series) const;

  std::deque<std::uint64_t> numbers_;  // ascending
  std::set<std::uint64_t> held_;
};

}  // namespace oneshot::confirm
