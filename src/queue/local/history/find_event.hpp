// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "queue/event_id.hpp"
#include "queue/history.hpp"
#include "queue/local/ledger/ledger.hpp"

namespace oneshot::queue {

/// See Queue::find(). Takes the ledger's lock.
[[nodiscard]] std::optional<FoundEvent> find_event(Ledger& ledger, const EventId& id);
/// Likewise.
[[nodiscard]] bool is_known_scraper(Ledger& ledger, std::string_view name);

}  // namespace oneshot::queue
