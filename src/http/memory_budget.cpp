// SPDX-License-Identifier: MIT
#include "http/memory_budget.hpp"

#include <chrono>

#include "base/log.hpp"

namespace oneshot::http {
namespace {

constexpr std::chrono::minutes log_interval{1};
constexpr std::size_t mib = 1024 * 1024;

}  // namespace

bool MemoryBudget::take(std::size_t bytes, Use use) noexcept {
  const std::size_t most = limit(use);
  std::size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (!fits(used, bytes, most)) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  std::size_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < used + bytes && !peak_.compare_exchange_weak(peak, used + bytes, std::memory_order_relaxed)) {
  }
  return true;
}

void MemoryBudget::note_refusal() {
  refusals_.fetch_add(1, std::memory_order_relaxed);
  const SteadyTime now = std::chrono::steady_clock::now();
  SteadyTime until = silent_until_.load(std::memory_order_relaxed);
  if (now < until || !silent_until_.compare_exchange_strong(until, now + log_interval, std::memory_order_relaxed))
    return;
  log::warn(
      "memory is short: large requests, scrapes or looks at events are refused; raise server.max_memory_mib and "
      "the memory that the service may have, or find out who takes it (oneshot_memory_bytes)",
      {{"used_mib", used() / mib}, {"max_mib", limit() / mib}, {"refused", refusals()}});
}

}  // namespace oneshot::http
