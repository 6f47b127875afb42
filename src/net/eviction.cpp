// SPDX-License-Identifier: MIT
// A full server still accepts: a connection that waits in the kernel's queue looks established to its client, which
// would wait for an answer that cannot come. So one connection is evicted for each that waits. Its worker chooses the
// candidate and closes it on its own thread; the end of any connection wakes the listener.
#include "net/eviction.hpp"

#include <cerrno>
#include <chrono>

#include "base/log.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

// How long to wait for descriptors or memory, where no connection ends and gives some back. New connections wait in the
// kernel's queue meanwhile.
constexpr milliseconds resource_pause{100};
// How long an evicted connection may take to end before another one is evicted: one that is just closed, and a scraper
// whose own end we wait for. A live scraper answers in milliseconds.
constexpr milliseconds eviction_time{20};
constexpr milliseconds receipt_time{200};
constexpr std::chrono::minutes log_interval{1};

}  // namespace

bool EvictionCandidate::evict_before(const EvictionCandidate& other) const noexcept {
  if (priority != other.priority) return priority < other.priority;
  return priority != EvictionPriority::never && since < other.since;
}

asio::awaitable<void> Eviction::make_room(const asio::ip::tcp::acceptor& acceptor) {
  log_full();
  while (acceptor.is_open() && full()) {
    const EvictionPriority evicted = co_await evict_one();
    const bool slow = evicted == EvictionPriority::awaiting_receipt;
    const SteadyTime limit = std::chrono::steady_clock::now() + (slow ? receipt_time : eviction_time);
    co_await connections_.wait_for_fewer(max_connections_, limit);
  }
}

void Eviction::log_full() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < silent_about_full_until_) return;
  silent_about_full_until_ = now + log_interval;
  log::warn(
      "max_connections reached: the connection longest in its request head, or longest idle, is closed for "
      "each new one",
      {{"max_connections", max_connections_}});
}

// The priority of the evicted connection; never: there was none to evict.
asio::awaitable<EvictionPriority> Eviction::evict_one() {
  Evictable* owner = nullptr;
  EvictionCandidate best;
  for (Evictable* const worker : workers_) {
    const EvictionCandidate one = co_await worker->eviction_candidate();
    if (!one.evict_before(best)) continue;
    best = one;
    owner = worker;
  }
  if (owner != nullptr) owner->evict(best.id);
  co_return best.priority;
}

// Each connection has a descriptor of ours: the end of any one brings it back. Memory, and what the whole machine
// lacks, only time brings back.
asio::awaitable<void> Eviction::wait_for_resources(int shortage) {
  const std::size_t before = connections_.value();
  EvictionPriority evicted = EvictionPriority::never;
  if (shortage == EMFILE) {
    evicted = co_await evict_one();
  }
  const milliseconds limit = evicted < EvictionPriority::awaiting_receipt ? eviction_time : resource_pause;
  const SteadyTime until = std::chrono::steady_clock::now() + limit;
  co_await connections_.wait_for_fewer(before, until);
}

}  // namespace oneshot::net
