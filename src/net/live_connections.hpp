// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <atomic>
#include <cstddef>
#include <memory>

#include "base/clock.hpp"

namespace oneshot::net {

/// How many connections all workers have, those not yet begun included; and a way to wait for the end of one.
class LiveConnections {
 public:
  LiveConnections();
  LiveConnections(const LiveConnections&) = delete;
  LiveConnections& operator=(const LiveConnections&) = delete;
  ~LiveConnections();

  // Any thread.

  [[nodiscard]] std::size_t value() const noexcept { return value_.load(); }
  void add() noexcept { value_.fetch_add(1); }
  /// The connection has ended: its socket is closed, its receipts are told.
  void remove() noexcept;

  /// Resumes at once where there are fewer connections than `than`, else after the end of one, or at `until`: the
  /// caller asks value() again. For coroutines of any thread, which resume there.
  asio::awaitable<void> wait_for_fewer(std::size_t than, SteadyTime until);

 private:
  struct Waiters;

  std::atomic<std::size_t> value_{0};
  std::shared_ptr<Waiters> waiters_;
};

}  // namespace oneshot::net
