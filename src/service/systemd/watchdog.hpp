// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "net/server.hpp"
#include "service/systemd/notify.hpp"

namespace oneshot::service {

/// Feeds the service manager's watchdog as long as this thread and every worker answer: each is asked in turn with the
/// requests that it serves, so one that is stuck shows although the process lives. Main thread.
class Watchdog {
 public:
  /// Everything it is given outlives it; no worker runs any more when it goes.
  Watchdog(asio::io_context& main, net::Server& server, std::size_t workers, Notifier& notifier,
           std::chrono::microseconds timeout);

  asio::awaitable<void> run();
  void stop();

 private:
  /// One flag for each worker, shared with what was posted to them.
  using Answers = std::vector<std::atomic<bool>>;

  void ask();
  void heard(const std::shared_ptr<Answers>& answers);
  void complain();

  asio::io_context& main_;
  net::Server& server_;
  const std::size_t workers_;
  Notifier& notifier_;
  const std::chrono::microseconds interval_;
  asio::steady_timer timer_;
  std::shared_ptr<Answers> asked_;  // null: all have answered
  bool complained_ = false;
  bool stopped_ = false;
};

}  // namespace oneshot::service
