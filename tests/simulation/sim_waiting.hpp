// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "delivery/waiting.hpp"
#include "simulation/scheduler.hpp"

namespace oneshot::simulation {

/// How a coroutine of a replica waits in simulated time. The client's end may be seen while it waits.
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
    if (const auto timer = ends_with_client_.lock()) timer->cancel();
  }

 private:
  using Timer = asio::steady_timer;

  asio::awaitable<void> pass_until(SteadyTime until) {
    const auto timer = std::make_shared<Timer>(io_, SteadyTime::max());
    cancel_at(timer, until);
    asio::error_code ignored;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  asio::awaitable<void> wait_for(delivery::OneShotEvent& event, SteadyTime until, bool ends_with_client) {
    if (ends_with_client && closed_) co_return;
    const auto timer = std::make_shared<Timer>(io_, SteadyTime::max());
    if (ends_with_client) ends_with_client_ = timer;
    bool at_once = false;
    event.on_notify([weak = std::weak_ptr<Timer>(timer), &at_once] {
      at_once = true;  // only before the wait begins is anybody left to see it
      if (const auto alive = weak.lock()) alive->expires_at(SteadyTime::min());
    });
    if (at_once) co_return;
    event.on_notify([weak = std::weak_ptr<Timer>(timer)] {
      if (const auto alive = weak.lock()) alive->cancel();
    });
    if (until != SteadyTime::max()) cancel_at(timer, until);
    asio::error_code ignored;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    event.forget();
  }
  void cancel_at(const std::shared_ptr<Timer>& timer, SteadyTime until) {
    scheduler_.at(until, [weak = std::weak_ptr<Timer>(timer)] {
      if (const auto alive = weak.lock()) alive->cancel();
    });
  }

  Scheduler& scheduler_;
  asio::io_context& io_;
  bool closed_ = false;
  std::weak_ptr<Timer> ends_with_client_;
};

}  // namespace oneshot::simulation
