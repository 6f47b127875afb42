// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <memory>

#include "base/clock.hpp"
#include "delivery/one_shot_event.hpp"

namespace oneshot::net {

/// While it lives, `event` ends the wait for `timer`. In the frame of the coroutine that waits: the event may outlive
/// that frame, and the io_context too.
class CancelOn {
 public:
  // Posted, the end of the wait comes after its begin, since both are on the timer's thread.
  CancelOn(delivery::OneShotEvent& event, const std::shared_ptr<asio::steady_timer>& timer) : event_(event) {
    const auto executor = timer->get_executor();
    event.on_notify([executor, timer] { asio::post(executor, [timer] { timer->cancel(); }); });
  }
  CancelOn(const CancelOn&) = delete;
  CancelOn& operator=(const CancelOn&) = delete;
  ~CancelOn() { event_.forget(); }

 private:
  delivery::OneShotEvent& event_;
};

/// Resumes on `executor` at `time`, or as soon as `event` is notified, on whatever thread that is. The event may
/// outlive the wait.
asio::awaitable<void> wait_until(asio::any_io_executor executor, delivery::OneShotEvent& event, SteadyTime time);

}  // namespace oneshot::net
