// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <optional>

#include "app/context.hpp"
#include "http/memory_budget.hpp"
#include "http/reply.hpp"
#include "queue/history.hpp"

namespace oneshot::app {

/// Goes with the walk to its end, as one of the few who look at events at once on this worker (Context::peeks). The
/// reply that says why not, or nothing. All three outlive the coroutine.
[[nodiscard]] asio::awaitable<std::optional<http::Reply>> walk_in_turn(Context& context, queue::HistoryWalk& walk,
                                                                       delivery::Waiting& waiting);

/// Memory for an answer that is made of so many bytes of events, each of `count` events with its names and numbers;
/// nothing where the budget has none for somebody who looks, and then that is counted.
[[nodiscard]] std::optional<http::MemoryBudget::Lease> borrow_for_answer(http::MemoryBudget& memory, std::size_t bytes,
                                                                         std::size_t count);
/// 503: borrow_for_answer() gave nothing.
[[nodiscard]] http::Reply no_memory_for_answer();

}  // namespace oneshot::app
