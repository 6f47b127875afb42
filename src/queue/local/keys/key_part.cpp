// SPDX-License-Identifier: MIT
//
// The index is a hash table with open addressing: a key stands at its home or behind it, without a gap between. The
// index is made anew at each start, so its hash is no part of the file's format.
#include "queue/local/keys/key_part.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace oneshot::queue {

std::size_t KeyPart::index_size(std::size_t entries) noexcept { return std::bit_ceil(2 * entries); }

std::size_t KeyPart::home(const event::IdempotencyKey& key) const noexcept {
  const std::array<std::uint64_t, 2> words{key.high, key.low};
  return hash_bytes({reinterpret_cast<const char*>(words.data()), sizeof words}, seed_) & (index_.size() - 1);
}

std::size_t KeyPart::place_of(const event::IdempotencyKey& key) const noexcept {
  std::size_t place = home(key);
  while (index_[place] != 0 && ring_[index_[place] - 1].key != key) place = (place + 1) & (index_.size() - 1);
  return place;
}

const storage::KeyEntry* KeyPart::find(const event::IdempotencyKey& key) const noexcept {
  const std::uint32_t found = index_[place_of(key)];
  return found == 0 ? nullptr : &ring_[found - 1];
}

void KeyPart::note(const storage::KeyEntry& entry) noexcept {
  if (const storage::KeyEntry* const earlier = find(entry.key)) forget(*earlier);
  storage::KeyEntry& oldest = ring_[next_];
  if (oldest.key.high != 0) erase_from_index(place_of(oldest.key));
  storage::write(oldest, entry);
  insert(static_cast<std::uint32_t>(next_));
  next_ = (next_ + 1) % ring_.size();
}

void KeyPart::insert(std::uint32_t entry) noexcept { index_[place_of(ring_[entry].key)] = entry + 1; }

void KeyPart::forget(const storage::KeyEntry& entry) noexcept {
  const std::size_t place = place_of(entry.key);
  storage::KeyEntry& known = ring_[index_[place] - 1];
  erase_from_index(place);
  storage::write(known, {});
}

/// What stands behind the gap and may stand in it moves there.
void KeyPart::erase_from_index(std::size_t gap) noexcept {
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = (gap + 1) & mask; index_[at] != 0; at = (at + 1) & mask) {
    const std::size_t from_home = (at - home(ring_[index_[at] - 1].key)) & mask;
    if (from_home < ((at - gap) & mask)) continue;
    index_[gap] = index_[at];
    gap = at;
  }
  index_[gap] = 0;
}

}  // namespace oneshot::queue
