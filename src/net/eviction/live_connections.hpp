// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <atomic>
#include <cstddef>
#include <cstdint>
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
  /// The connection has ended: its socket is closed, its receipts are told.
  void remove() noexcept;

  // The accepting thread.

  void add() noexcept {
    value_.fetch_add(1);
    ++added_;
  }
  /// How many have ended so far.
  [[nodiscard]] std::uint64_t ended() const noexcept { return added_ - value(); }
  /// Resumes at once where more than `ended` have ended, else after the next end, or at `until`.
  asio::awaitable<void> wait_for_end(std::uint64_t ended, SteadyTime until) {
    return wait_for_fewer(static_cast<std::size_t>(added_ - ended), until);
  }

  /// Resumes at once where there are fewer connections than `than`, else after the end of one, or at `until`: the
  /// caller asks value() again. For coroutines of any thread, which resume there.
  asio::awaitable<void> wait_for_fewer(std::size_t than, SteadyTime until);

 private:
  struct Waiters;

  std::atomic<std::size_t> value_{0};
  std::uint64_t added_ = 0;
  std::shared_ptr<Waiters> waiters_;
};

}  // namespace oneshot::net
