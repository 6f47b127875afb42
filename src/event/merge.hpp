// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace oneshot::event {

/// What becomes of equal series in one batch without timestamps; Prometheus would keep the first one only.
enum class Repeats : std::uint8_t {
  count,  ///< an event without a given value adds 1, a given value sets: 1, 1, 1 is 3; 1, value=5, 1 is 6
  last,   ///< the last one replaces
  sum,    ///< values add up
};

/// Merges the equal series of one batch, in order of arrival. One thread at a time.
///
/// It keeps no text: an event is known by where it stands, a number that the caller chose (its distance from
/// the begin of the batch in units of 8 bytes reaches 32 GiB far), and its labels are asked for when they
/// must be compared. Memory is for the worst case that no two are equal: 12 bytes an event and 8 to 16 for
/// the table, 20 MiB for a million.
///
/// The hash table is an open one, probed in line, at most half full. A slot is one 32-bit word: the number of
/// a series plus 1 (0 is an empty slot) in its low bits, and bits of the hash in all those that this batch's
/// numbers do not need, so that a look at another series' labels is rare. Different series of equal hash cost
/// such a look each: with a hash that clients can steer, a hostile batch takes time that grows with its square.
class SeriesMerger {
 public:
  explicit SeriesMerger(Repeats repeats) : repeats_(repeats) {}

  /// Forgets all and makes ready for at most `events` calls of add(), fewer than 2^31.
  void reserve(std::size_t events);

  /// The next event: its place, the 64-bit hash of its labels, the labels, its value, whether its client gave
  /// that value. `labels_at(where)` must give the labels of an earlier event as a string_view.
  template <class LabelsAt>
  void add(std::uint32_t where, std::uint64_t hash, std::string_view labels, double value, bool given,
           const LabelsAt& labels_at);

  /// The series that came out, numbered in order of first appearance.
  [[nodiscard]] std::size_t size() const noexcept { return where_.size(); }
  [[nodiscard]] std::uint32_t where(std::size_t series) const noexcept { return where_[series]; }
  [[nodiscard]] double value(std::size_t series) const noexcept { return value_[series]; }

 private:
  void merge(double& into, double value, bool given) const noexcept;

  Repeats repeats_;
  std::size_t capacity_ = 0;
  std::uint32_t number_mask_ = 0;  // the bits of a slot that hold the number of a series plus 1
  unsigned slot_shift_ = 63;       // 64 minus log2 of the table's size
  std::vector<std::uint32_t> table_ = {0, 0};
  std::vector<std::uint32_t> where_;
  std::vector<double> value_;
};

template <class LabelsAt>
void SeriesMerger::add(std::uint32_t where, std::uint64_t hash, std::string_view labels, double value, bool given,
                       const LabelsAt& labels_at) {
  // A multiplication carries every bit of the hash to the upper ones; the slot is taken from there, and what
  // the slot's word remembers from bits further down.
  const std::uint64_t mixed = hash * 0x9E3779B97F4A7C15u;  // 2^64 divided by the golden ratio, odd
  const auto mark = static_cast<std::uint32_t>(mixed >> 8) & ~number_mask_;
  const std::size_t slot_mask = table_.size() - 1;
  for (std::size_t slot = mixed >> slot_shift_;; slot = (slot + 1) & slot_mask) {
    const std::uint32_t word = table_[slot];
    if (word == 0) {
      assert(where_.size() < capacity_);
      where_.push_back(where);
      value_.push_back(value);
      // A caller that announced too few gets series that are not merged, rather than a table that runs over.
      if (where_.size() <= capacity_) table_[slot] = mark | static_cast<std::uint32_t>(where_.size());
      return;
    }
    if ((word & ~number_mask_) != mark) continue;
    const std::size_t series = (word & number_mask_) - 1;
    if (std::string_view(labels_at(where_[series])) != labels) continue;
    merge(value_[series], value, given);
    return;
  }
}

}  // namespace oneshot::event
