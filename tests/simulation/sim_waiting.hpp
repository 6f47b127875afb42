// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/experimental/channel.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "delivery/waiting.hpp"
#include "simulation/scheduler.hpp"

namespace oneshot::simulation {

/// How a coroutine of a replica waits in simulated time. The client's end may be seen while it waits. Channels of Asio
/// and no timers: with its first timer an io_context has descriptors, and asks the kernel for them with each poll.
class SimWaiting final : public delivery::Waiting {
 public:
  SimWaiting(Scheduler& scheduler, asio::io_context& io) : scheduler_(scheduler), io_(io) {}

  asio::awaitable<void> yield() override { return pass_until(scheduler_.steady()); }
  asio::awaitable<void> pause(milliseconds duration) override { return pass_until(scheduler_.steady() + duration); }
  asio::awaitable<void> wait(delivery::OneShotEvent& event) override {
    return wait_for(event, SteadyTime::max(), false);
  }
  asio::awaitable<void> wait_until(delivery::OneShotEvent& event, SteadyTime until) override {
    return wait_for(event, until, true);
  }
  [[nodiscard]] bool peer_closed() noexcept override { return closed_; }
  [[nodiscard]] bool stopping() const noexcept override { return false; }

  void close() {
    closed_ = true;
    end(ends_with_client_);
  }

 private:
  // Holds the one end of a wait. The bool says nothing; without it Asio 1.22 does not compile the send.
  using End = asio::experimental::channel<void(asio::error_code, bool)>;

  static void end(const std::weak_ptr<End>& weak) {
    if (const auto alive = weak.lock()) alive->try_send(asio::error_code{}, true);
  }

  asio::awaitable<void> pass_until(SteadyTime until) {
    const auto over = std::make_shared<End>(io_, 1);
    end_at(over, until);
    asio::error_code ignored;
    co_await over->async_receive(asio::redirect_error(asio::use_awaitable, ignored));
  }
  asio::awaitable<void> wait_for(delivery::OneShotEvent& event, SteadyTime until, bool ends_with_client) {
    if (ends_with_client && closed_) co_return;
    const auto over = std::make_shared<End>(io_, 1);
    if (ends_with_client) ends_with_client_ = over;
    event.on_notify([weak = std::weak_ptr<End>(over)] { end(weak); });
    if (until != SteadyTime::max()) end_at(over, until);
    asio::error_code ignored;
    co_await over->async_receive(asio::redirect_error(asio::use_awaitable, ignored));
    event.forget();
  }
  void end_at(const std::shared_ptr<End>& over, SteadyTime until) {
    scheduler_.at(until, [weak = std::weak_ptr<End>(over)] { end(weak); });
  }

  Scheduler& scheduler_;
  asio::io_context& io_;
  bool closed_ = false;
  std::weak_ptr<End> ends_with_client_;
};

}  // namespace oneshot::simulation
