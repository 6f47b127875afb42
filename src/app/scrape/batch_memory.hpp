// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "app/scrape/scrape.hpp"
#include "delivery/waiting.hpp"
#include "http/memory_budget.hpp"

namespace oneshot::app {

/// Bytes that the text of so many events needs until its last line is written.
std::size_t memory_of(const Scrape& scrape, std::uint64_t events);

/// Memory for a batch of so many events. A scrape waits for memory that others have, for a second at most. Nothing:
/// there was none in that time, which is noted as a refusal; the events go out with a later scrape.
asio::awaitable<std::optional<http::MemoryBudget::Lease>> borrow_memory(const Scrape& scrape, std::uint64_t events,
                                                                        delivery::Waiting& waiting);

}  // namespace oneshot::app
