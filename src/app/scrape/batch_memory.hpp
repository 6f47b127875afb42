// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <optional>

#include "app/scrape/scrape.hpp"
#include "delivery/waiting.hpp"
#include "http/memory_budget.hpp"
#include "queue/batch.hpp"

namespace oneshot::app {

/// Bytes that a batch and its text need until its last line is written, beside the log.
std::size_t memory_of(const Scrape& scrape, const queue::Batch& batch);

/// Memory for a batch, which lives meanwhile. A scrape waits a second at most for memory that others have. Nothing:
/// there was none in that time, which is noted as a refusal; the events go out with a later scrape.
asio::awaitable<std::optional<http::MemoryBudget::Lease>> borrow_memory(const Scrape& scrape, const queue::Batch& batch,
                                                                        delivery::Waiting& waiting);

}  // namespace oneshot::app
