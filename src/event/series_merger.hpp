// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/zeroed_array.hpp"
#include "event/options.hpp"
#include "event/series_index.hpp"

namespace oneshot::event {

/// Merges the equal series of one batch, in order of arrival. One thread at a time. A series that no event repeats has
/// the value of its event, which its caller has at hand, and takes no more memory than in a SeriesIndex. A repeated one
/// has its value here; with these, memory is 8 bytes an event more: 20 MiB at most for a million.
class SeriesMerger {
 public:
  /// An event's value, whether its client gave it, and what becomes of it where it repeats its series.
  struct Arrival {
    double value;
    bool given;
    Repeats repeats;
  };
  /// What an event is to its series.
  enum class Added : std::uint8_t { first, second, later };

  /// Forgets all and makes ready for at most `events` calls of add(), fewer than 2^31.
  void reserve(std::size_t events);

  /// The next event: as SeriesIndex::add() wants it, and what it brings. Of a second one `value_at(where)` is asked for
  /// the first one's value.
  template <class Key, class KeyAt, class ValueAt>
  Added add(std::uint32_t where, std::uint64_t hash, const Key& key, const Arrival& arrival, const KeyAt& key_at,
            const ValueAt& value_at) {
    const std::size_t before = index_.size();
    const std::size_t series = index_.add(where, hash, key, key_at);
    if (series == before) return Added::first;
    const bool is_second = !repeated_[series];
    if (is_second) {
      repeated_[series] = true;
      value_[series] = value_at(index_.where(series));
    }
    merge(value_[series], arrival);
    return is_second ? Added::second : Added::later;
  }
  /// See SeriesIndex.
  void expect(std::uint64_t hash) const noexcept { index_.expect(hash); }
  [[nodiscard]] std::uint64_t looks() const noexcept { return index_.looks(); }

  /// The series that came out, numbered in order of first appearance.
  [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
  [[nodiscard]] std::uint32_t where(std::size_t series) const noexcept { return index_.where(series); }
  [[nodiscard]] bool is_repeated(std::size_t series) const noexcept { return repeated_[series]; }
  /// Of a repeated series; any other has the value of its event.
  [[nodiscard]] double value(std::size_t series) const noexcept { return value_[series]; }
  /// Bytes, all of them touched or not.
  [[nodiscard]] std::size_t memory() const noexcept {
    return index_.memory() + repeated_.capacity() / 8 + value_.size() * sizeof(double);
  }

 private:
  static void merge(double& into, const Arrival& arrival) noexcept;

  SeriesIndex index_;
  std::vector<bool> repeated_;
  ZeroedArray<double> value_{0};  // by series
};

}  // namespace oneshot::event
