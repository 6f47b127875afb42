// SPDX-License-Identifier: MIT
#include "app/api/look.hpp"

#include <chrono>
#include <utility>

#include "app/scrape/refusals.hpp"

namespace oneshot::app {
namespace {

constexpr std::chrono::seconds longest_wait{5};
constexpr std::size_t around_event = 512;  // names of members, id, times, scrapers
constexpr std::size_t copies = 3;          // in the page, without escapes, in the answer

}  // namespace

asio::awaitable<std::optional<http::Reply>> walk_in_turn(Context& context, queue::HistoryWalk& walk,
                                                         delivery::Waiting& waiting) {
  const SteadyTime until = context.services.clock.steady() + longest_wait;
  auto taking = context.peeks.take(waiting, until);
  const Turns::Turn turn = co_await std::move(taking);
  if (!turn) co_return std::optional<http::Reply>(busy("too many look at the events at once; try again in a second"));
  const bool whole = co_await queue::finish(walk, waiting);
  if (!whole) co_return std::optional<http::Reply>(busy("the client has left, or the program ends"));
  co_return std::nullopt;
}

std::optional<http::MemoryBudget::Lease> borrow_for_answer(http::MemoryBudget& memory, std::size_t bytes,
                                                           std::size_t count) {
  http::MemoryBudget::Lease lease;
  const std::size_t needed = copies * bytes + count * around_event;
  if (lease.grow_to(memory, needed, http::MemoryBudget::Use::spare)) return lease;
  memory.note_refusal();
  return std::nullopt;
}

http::Reply no_memory_for_answer() { return busy("server.max_memory_mib is used up by other connections"); }

}  // namespace oneshot::app
