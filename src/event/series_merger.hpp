// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "event/options.hpp"
#include "event/series_index.hpp"

namespace oneshot::event {

/// Merges the equal series of one batch, in order of arrival. One thread at a time. Memory is that of a SeriesIndex and
/// 8 bytes an event: 20 MiB for a million.
class SeriesMerger {
 public:
  /// An event's value, whether its client gave it, and what becomes of it where it repeats its series.
  struct Arrival {
    double value;
    bool given;
    Repeats repeats;
  };

  /// Forgets all and makes ready for at most `events` calls of add(), fewer than 2^31.
  void reserve(std::size_t events);

  /// The next event: as SeriesIndex::add() wants it, and what it brings. True: the first one of its series.
  template <class Key, class KeyAt>
  bool add(std::uint32_t where, std::uint64_t hash, const Key& key, const Arrival& arrival, const KeyAt& key_at) {
    const std::size_t series = index_.add(where, hash, key, key_at);
    const bool is_new = series == value_.size();
    if (is_new) {
      value_.push_back(arrival.value);
    } else {
      merge(value_[series], arrival);
    }
    return is_new;
  }
  /// See SeriesIndex.
  void expect(std::uint64_t hash) const noexcept { index_.expect(hash); }
  [[nodiscard]] std::uint64_t looks() const noexcept { return index_.looks(); }

  /// The series that came out, numbered in order of first appearance.
  [[nodiscard]] std::size_t size() const noexcept { return value_.size(); }
  [[nodiscard]] std::uint32_t where(std::size_t series) const noexcept { return index_.where(series); }
  [[nodiscard]] double value(std::size_t series) const noexcept { return value_[series]; }

 private:
  static void merge(double& into, const Arrival& arrival) noexcept;

  SeriesIndex index_;
  std::vector<double> value_;
};

}  // namespace oneshot::event
