// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "event_log/offset.hpp"

namespace oneshot::queue {

/// Events that follow each other in the log.
struct Range {
  event_log::Offset begin;
  event_log::Offset end;

  [[nodiscard]] std::uint64_t events() const noexcept { return end.events - begin.events; }
  /// How many of its events are in `other`.
  [[nodiscard]] std::uint64_t events_in(const Range& other) const noexcept {
    const std::uint64_t from = begin.events < other.begin.events ? other.begin.events : begin.events;
    const std::uint64_t to = end.events < other.end.events ? end.events : other.end.events;
    return to > from ? to - from : 0;
  }
  friend bool operator==(const Range&, const Range&) = default;
};

/// Events of one log, wherever they stand, each once, in the order of the log. Knows offsets but no log: what is added
/// or removed begins and ends between records.
class Ranges {
 public:
  Ranges() = default;
  explicit Ranges(const Range& one) { add(one); }

  [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }
  /// In order, none empty, and there is at least one event between two of them.
  [[nodiscard]] const std::vector<Range>& all() const noexcept { return ranges_; }
  [[nodiscard]] const event_log::Offset& begin() const noexcept { return ranges_.front().begin; }
  [[nodiscard]] const event_log::Offset& end() const noexcept { return ranges_.back().end; }
  [[nodiscard]] std::uint64_t events() const noexcept;
  /// How many of its events are in `range`.
  [[nodiscard]] std::uint64_t events_in(const Range& range) const noexcept;

  /// Whether the event whose record begins at `bytes` is one of them.
  [[nodiscard]] bool contains(std::uint64_t bytes) const noexcept;

  void add(const Range& range);
  void add(const Ranges& other);
  void remove(const Range& range);
  void remove(const Ranges& other);
  /// Removes what lies before `mark`. Returns how many events that were.
  std::uint64_t remove_before(const event_log::Offset& mark) noexcept;
  /// What of it lies before `mark`.
  [[nodiscard]] Ranges before(const event_log::Offset& mark) const;

 private:
  std::vector<Range> ranges_;
};

}  // namespace oneshot::queue
