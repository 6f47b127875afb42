// SPDX-License-Identifier: MIT
#include "app/scrape/batch_memory.hpp"

#include <algorithm>
#include <chrono>

#include "app/scrape/working_memory.hpp"

namespace oneshot::app {
namespace {

constexpr std::chrono::seconds longest_wait_for_memory{1};
// Between two questions. Asked, not woken: memory comes back in thousands of small pieces, from all workers and by one
// relaxed subtraction each (http/memory_budget.hpp), and to wake somebody each of them would have to look for a list of
// waiters under a lock. Only a scrape that meets a full budget waits here.
constexpr std::chrono::milliseconds memory_step{20};

}  // namespace

std::size_t memory_of(const Scrape& scrape, const queue::Batch& batch) {
  return batch.own_memory() + working_memory(batch.size(), scrape.context.services.queue.explicit_timestamps());
}

asio::awaitable<std::optional<http::MemoryBudget::Lease>> borrow_memory(const Scrape& scrape, const queue::Batch& batch,
                                                                        delivery::Waiting& waiting) {
  http::MemoryBudget& memory = scrape.context.services.memory;
  const Clock& clock = scrape.context.services.clock;
  const SteadyTime until = std::min(clock.steady() + longest_wait_for_memory, scrape.deadline);
  // A batch that needs more than there is at all has to go out some time: then it gets all that batches may have.
  const std::size_t needed = std::min(memory_of(scrape, batch), memory.limit(http::MemoryBudget::Use::batch));
  http::MemoryBudget::Lease lease;
  while (!lease.grow_to(memory, needed, http::MemoryBudget::Use::batch)) {
    if (clock.steady() >= until || waiting.stopping() || waiting.peer_closed()) {
      memory.note_refusal();
      co_return std::nullopt;
    }
    co_await waiting.pause(memory_step);
  }
  co_return std::optional<http::MemoryBudget::Lease>(std::move(lease));
}

}  // namespace oneshot::app
