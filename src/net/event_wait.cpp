// SPDX-License-Identifier: MIT
#include "net/event_wait.hpp"

#include <memory>

#include "net/asio_compat.hpp"

namespace oneshot::net {
asio::awaitable<void> wait_until(asio::any_io_executor executor, delivery::OneShotEvent& event, SteadyTime time) {
  const auto timer = std::make_shared<asio::steady_timer>(executor, time);
  const CancelOn notified(event, timer);
  co_await timer->async_wait(nothrow);
}

}  // namespace oneshot::net
