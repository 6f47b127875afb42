// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "queue/history.hpp"
#include "queue/local/ledger/ledger.hpp"

namespace oneshot::queue {

/// So many records, or bytes of them, are looked at under the lock before others get a chance: some microseconds.
inline constexpr std::uint64_t look_step = 128;
inline constexpr std::uint64_t look_bytes = 64 << 10;

/// What a walk through the history knows of the log between two steps: nothing that it could rely on. So each step asks
/// anew. For the holder of the ledger's lock, but for the first.

/// Counts all events, so that every place that is to be found is known. Takes the lock.
void prepare_look(Ledger& ledger);
[[nodiscard]] HistoryWalk::Step pace_of(const Ledger& ledger) noexcept;
/// Whether the event waits for this scraper or is on its way to it; of all where the name is empty.
[[nodiscard]] bool concerns(Ledger& ledger, std::string_view scraper, std::uint64_t offset) noexcept;
/// Where the oldest event can stand that concerns it.
[[nodiscard]] event_log::Offset oldest_of(Ledger& ledger, std::string_view scraper) noexcept;
/// The event that stands there, and for whom it waits. Without its sender.
[[nodiscard]] HistoryEvent event_at(Ledger& ledger, std::uint64_t offset);

}  // namespace oneshot::queue
