// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <chrono>

#include "base/clock.hpp"
#include "delivery/waiting.hpp"

namespace oneshot::test {

/// For endpoints that neither wait nor yield, as a POST in memory does.
class NoWaiting final : public delivery::Waiting {
 public:
  asio::awaitable<void> yield() override { co_return; }
  asio::awaitable<void> pause(std::chrono::milliseconds) override { co_return; }
  asio::awaitable<void> wait(delivery::OneShotEvent&) override { co_return; }
  asio::awaitable<void> wait_until(delivery::OneShotEvent&, SteadyTime) override { co_return; }
  [[nodiscard]] bool peer_closed() noexcept override { return false; }
  [[nodiscard]] bool stopping() const noexcept override { return false; }
};

}  // namespace oneshot::test
