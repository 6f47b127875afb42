// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/hash.hpp"
#include "event/event.hpp"
#include "storage/key_entries.hpp"

namespace oneshot::queue {

/// One part of the table of idempotency keys: the ring of entries, which may lie in a file, and an index that finds a
/// key in it by a few looks. One thread at a time.
class KeyPart {
 public:
  KeyPart() = default;
  /// `ring` is not empty, `index` is all 0 and has index_size() places; both outlive the part. Entries that are in the
  /// ring are known once take_in() is over.
  KeyPart(std::span<storage::KeyEntry> ring, std::span<std::uint32_t> index) noexcept : ring_(ring), index_(index) {}
  static std::size_t index_size(std::size_t entries) noexcept;

  /// Null where the key is not known.
  [[nodiscard]] const storage::KeyEntry* find(const event::IdempotencyKey& key) const noexcept;
  /// The key is known from now on, as it is here; the oldest one leaves where there is no room.
  void note(const storage::KeyEntry& entry) noexcept;

  /// At a start: makes known what is in the ring, and removes of it what `keeps` says no to.
  template <class Keeps>
  void take_in(Keeps keeps) noexcept {
    std::uint64_t latest = 0;
    for (std::uint32_t i = 0; i < ring_.size(); ++i) {
      storage::KeyEntry& entry = ring_[i];
      if (entry.key.high == 0) continue;
      if (!keeps(entry)) {
        storage::write(entry, {});
        continue;
      }
      if (find(entry.key) != nullptr) forget(*find(entry.key));
      insert(i);
      if (entry.offset < latest) continue;
      latest = entry.offset;
      next_ = (i + 1) % ring_.size();
    }
  }
  /// Whether an event of this offset may have had its key here: not one that is older than all keys of a full ring.
  [[nodiscard]] bool may_have_had(std::uint64_t offset) const noexcept {
    return ring_[next_].key.high == 0 || offset > ring_[next_].offset;
  }

 private:
  [[nodiscard]] std::size_t home(const event::IdempotencyKey& key) const noexcept;
  /// Where the index has this key, or the free place where the key would go.
  [[nodiscard]] std::size_t place_of(const event::IdempotencyKey& key) const noexcept;
  void insert(std::uint32_t entry) noexcept;
  void forget(const storage::KeyEntry& entry) noexcept;
  void erase_from_index(std::size_t gap) noexcept;

  std::span<storage::KeyEntry> ring_;
  std::span<std::uint32_t> index_;  // 0: free; else the number of an entry, plus 1
  Seed seed_ = random_seed();       // clients choose keys, and could choose many with one home
  std::size_t next_ = 0;            // the oldest entry, or a free one
};

}  // namespace oneshot::queue
