// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "event/options.hpp"
#include "event/series_index.hpp"

namespace oneshot::event {

/// Merges the equal series of one batch, in order of arrival. One thread at a time. Memory is that of a SeriesIndex and
/// 8 bytes an event: 20 MiB for a million.
class SeriesMerger {
 public:
  explicit SeriesMerger(Repeats repeats) : repeats_(repeats) {}

  /// Forgets all and makes ready for at most `events` calls of add(), fewer than 2^31.
  void reserve(std::size_t events);

  /// The next event: as SeriesIndex::add() wants it, its value, whether its client gave that value. True: the first one
  /// of its series.
  template <class LabelsAt>
  bool add(std::uint32_t where, std::uint64_t hash, std::string_view labels, double value, bool given,
           const LabelsAt& labels_at) {
    const std::size_t series = index_.add(where, hash, labels, labels_at);
    const bool is_new = series == value_.size();
    if (is_new) {
      value_.push_back(value);
    } else {
      merge(value_[series], value, given);
    }
    return is_new;
  }
  /// See SeriesIndex.
  void expect(std::uint64_t hash) const noexcept { index_.expect(hash); }

  /// The series that came out, numbered in order of first appearance.
  [[nodiscard]] std::size_t size() const noexcept { return value_.size(); }
  [[nodiscard]] std::uint32_t where(std::size_t series) const noexcept { return index_.where(series); }
  [[nodiscard]] double value(std::size_t series) const noexcept { return value_[series]; }

 private:
  void merge(double& into, double value, bool given) const noexcept;

  Repeats repeats_;
  SeriesIndex index_;
  std::vector<double> value_;
};

}  // namespace oneshot::event
