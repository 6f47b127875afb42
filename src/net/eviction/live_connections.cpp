// SPDX-License-Identifier: MIT
// The count is changed by all workers and awaited by the accepting thread: by its listeners when they are full, and by
// Server::stop(). A worker pays one look at `any` for that. The look and the count are sequentially consistent, so that
// either the waiter sees the smaller count or the worker sees the waiter.
#include "net/eviction/live_connections.hpp"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "net/asio_compat.hpp"

namespace oneshot::net {

struct LiveConnections::Waiters {
  std::atomic<bool> any{false};
  std::mutex mutex;
  std::vector<std::shared_ptr<asio::steady_timer>> timers;

  void add(std::shared_ptr<asio::steady_timer> timer) {
    const std::lock_guard lock(mutex);
    timers.push_back(std::move(timer));
    any.store(true);
  }

  void remove(const std::shared_ptr<asio::steady_timer>& timer) {
    const std::lock_guard lock(mutex);
    std::erase(timers, timer);
    any.store(!timers.empty());
  }

  // Each is told once, however many connections end before its thread gets to it.
  void wake() {
    std::vector<std::shared_ptr<asio::steady_timer>> all;
    {
      const std::lock_guard lock(mutex);
      all.swap(timers);
      any.store(false);
    }
    for (auto& timer : all) {
      const auto executor = timer->get_executor();
      asio::post(executor, [timer = std::move(timer)] { timer->cancel(); });
    }
  }
};

LiveConnections::LiveConnections() : waiters_(std::make_shared<Waiters>()) {}
LiveConnections::~LiveConnections() = default;

void LiveConnections::remove() noexcept {
  value_.fetch_sub(1);
  if (!waiters_->any.load()) return;
  try {
    waiters_->wake();
  } catch (const std::bad_alloc&) {  // then the waiter's own time limit wakes it
  }
}

asio::awaitable<void> LiveConnections::wait_for_fewer(std::size_t than, SteadyTime until) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto waiters = waiters_;
  const auto timer = std::make_shared<asio::steady_timer>(executor, until);
  waiters->add(timer);
  if (value() >= than) {
    // A worker's wake is posted to this thread: it comes after the wait has begun.
    co_await timer->async_wait(nothrow);
  }
  waiters->remove(timer);
}

}  // namespace oneshot::net
