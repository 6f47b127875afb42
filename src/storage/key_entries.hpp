// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "event/event.hpp"
#include "storage/format.hpp"

/// The table of idempotency keys: 16 parts of equal size, each a ring of entries of its own, where a new key takes the
/// place of the part's oldest.
namespace oneshot::storage {

inline constexpr std::size_t key_parts = 16;

/// Keys are hashes, so each part gets as many.
[[nodiscard]] constexpr std::size_t part_of(const event::IdempotencyKey& key) noexcept { return key.low % key_parts; }

[[nodiscard]] inline std::span<KeyEntry> part(std::span<KeyEntry> table, std::size_t number) noexcept {
  const std::size_t size = table.size() / key_parts;
  return table.subspan(number * size, size);
}

/// Bytes of a table with room for so many keys, or up to 127 more.
[[nodiscard]] constexpr std::uint64_t key_table_size(std::uint64_t keys) noexcept {
  return (keys * sizeof(KeyEntry) + format::in_flight_offset - 1) / format::in_flight_offset * format::in_flight_offset;
}

/// Each store leaves an entry that is whole, or free: the kernel may have it at any moment.
void write(KeyEntry& to, const KeyEntry& entry) noexcept;

/// Fills an empty table of another size: of each part the newest entries, as many as there is room for.
void copy_keys(std::span<KeyEntry> to, std::span<KeyEntry> from);

}  // namespace oneshot::storage
