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
/// Whether a query for this scraper can be answered; an empty name asks for no scraper. Takes the lock, too.
[[nodiscard]] bool can_ask_for(Ledger& ledger, std::string_view scraper);

}  // namespace oneshot::queue
