// SPDX-License-Identifier: MIT
#include "storage/key_entries.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "base/crash_point.hpp"

namespace oneshot::storage {
namespace {

template <class Word>
void store(Word& word, Word value) noexcept {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

}  // namespace

void write(KeyEntry& to, const KeyEntry& entry) noexcept {
  store(to.key.high, std::uint64_t{0});
  crash_point("key.freed");
  store(to.key.low, entry.key.low);
  store(to.offset, entry.offset);
  store(to.fingerprint, entry.fingerprint);
  store(to.unix_seconds, entry.unix_seconds);
  crash_point("key.filled");
  store(to.key.high, entry.key.high);
  crash_point("key.noted");
}

void copy_keys(std::span<KeyEntry> to, std::span<KeyEntry> from) {
  for (std::size_t number = 0; number < key_parts && !to.empty(); ++number) {
    const std::span<KeyEntry> room = part(to, number);
    std::vector<KeyEntry> entries;
    std::ranges::copy_if(part(from, number), std::back_inserter(entries),
                         [](const KeyEntry& entry) { return entry.key.high != 0; });
    std::ranges::sort(entries, std::ranges::greater{}, &KeyEntry::offset);
    entries.resize(std::min(entries.size(), room.size()));
    std::ranges::copy(entries.rbegin(), entries.rend(), room.begin());
  }
}

}  // namespace oneshot::storage
