// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/zeroed_array.hpp"

namespace oneshot::event {

/// Numbers the series of one batch in order of first appearance. One thread at a time.
///
/// It keeps no text: an event is known by where it stands, a number that the caller chose (its distance from
/// the begin of the batch in units of 8 bytes reaches 32 GiB far), and what makes its series (a metric's name and
/// labels, or labels alone) is asked for when it must be compared: `key_at(where)` must give that of an earlier event.
/// Memory is for the worst case that no two are equal: 4 bytes an event and 8 to 16 for the table.
///
/// The hash table is an open one, probed in line, at most half full. A slot is one 32-bit word: the number of
/// a series plus 1 (0 is an empty slot) in its low bits, and bits of the hash in all those that this batch's
/// numbers do not need, so that a look at another series' key is rare. Different series of equal hash cost
/// such a look each, so the hash must have a key that clients do not know (base/hash.hpp): they could else send a batch
/// that takes time that grows with its square.
class SeriesIndex {
 public:
  /// Forgets all and makes ready for at most `events` calls of add(), fewer than 2^31.
  void reserve(std::size_t events);

  /// The number of the series of an event: its place, the 64-bit hash of its key, the key. It is new if that is what
  /// size() was before.
  template <class Key, class KeyAt>
  std::size_t add(std::uint32_t where, std::uint64_t hash, const Key& key, const KeyAt& key_at);
  /// Nothing where there is none yet.
  template <class Key, class KeyAt>
  [[nodiscard]] std::optional<std::size_t> find(std::uint64_t hash, const Key& key, const KeyAt& key_at) const;

  /// An event with this hash is one of the next few: the table is larger than the processor's caches, and what it will
  /// have to look at is fetched meanwhile.
  void expect(std::uint64_t hash) const noexcept { __builtin_prefetch(&table_[mix(hash) >> slot_shift_]); }

  [[nodiscard]] std::size_t size() const noexcept { return where_.size(); }
  /// How often the key of an earlier event was asked for, since reserve(): what add() costs beyond a few instructions.
  [[nodiscard]] std::uint64_t looks() const noexcept { return looks_; }
  /// Bytes, all of them touched or not.
  [[nodiscard]] std::size_t memory() const noexcept {
    return (table_.size() + where_.capacity()) * sizeof(std::uint32_t);
  }
  /// The place of the first event of a series.
  [[nodiscard]] std::uint32_t where(std::size_t series) const noexcept { return where_[series]; }

 private:
  // A multiplication carries every bit of the hash to the upper ones; the slot is taken from there, and what
  // the slot's word remembers from bits further down.
  static std::uint64_t mix(std::uint64_t hash) noexcept {
    return hash * 0x9E3779B97F4A7C15u;  // 2^64 divided by the golden ratio, odd
  }
  [[nodiscard]] std::uint32_t mark_of(std::uint64_t hash) const noexcept {
    return static_cast<std::uint32_t>(mix(hash) >> 8) & ~number_mask_;
  }
  /// The slot of the series, or the empty one that it would get.
  template <class Key, class KeyAt>
  [[nodiscard]] std::size_t slot_of(std::uint64_t hash, const Key& key, const KeyAt& key_at) const;

  std::size_t capacity_ = 0;
  std::uint32_t number_mask_ = 0;  // the bits of a slot that hold the number of a series plus 1
  unsigned slot_shift_ = 63;       // 64 minus log2 of the table's size
  ZeroedArray<std::uint32_t> table_{2};
  std::vector<std::uint32_t> where_;
  mutable std::uint64_t looks_ = 0;
};

template <class Key, class KeyAt>
std::size_t SeriesIndex::slot_of(std::uint64_t hash, const Key& key, const KeyAt& key_at) const {
  const std::uint32_t mark = mark_of(hash);
  const std::size_t slot_mask = table_.size() - 1;
  for (std::size_t slot = mix(hash) >> slot_shift_;; slot = (slot + 1) & slot_mask) {
    const std::uint32_t word = table_[slot];
    if (word == 0) return slot;
    if ((word & ~number_mask_) != mark) continue;
    ++looks_;
    if (key_at(where_[(word & number_mask_) - 1]) == key) return slot;
  }
}

template <class Key, class KeyAt>
std::size_t SeriesIndex::add(std::uint32_t where, std::uint64_t hash, const Key& key, const KeyAt& key_at) {
  std::uint32_t& word = table_[slot_of(hash, key, key_at)];
  if (word != 0) return (word & number_mask_) - 1;
  assert(where_.size() < capacity_);
  where_.push_back(where);
  // A caller that announced too few gets series that are not found again, rather than a table that runs over.
  if (where_.size() <= capacity_) word = mark_of(hash) | static_cast<std::uint32_t>(where_.size());
  return where_.size() - 1;
}

template <class Key, class KeyAt>
std::optional<std::size_t> SeriesIndex::find(std::uint64_t hash, const Key& key, const KeyAt& key_at) const {
  const std::uint32_t word = table_[slot_of(hash, key, key_at)];
  if (word == 0) return std::nullopt;
  return (word & number_mask_) - 1;
}

}  // namespace oneshot::event
