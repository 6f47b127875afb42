// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <chrono>

#include "base/clock.hpp"
#include "delivery/one_shot_event.hpp"

namespace oneshot::delivery {

/// What the answer to a request may wait for, on the connection's own worker. Implemented by net, faked by tests.
class Waiting {
 public:
  virtual ~Waiting() = default;
  /// Lets other connections of this worker run: between the pieces of long work.
  virtual asio::awaitable<void> yield() = 0;
  virtual asio::awaitable<void> pause(std::chrono::milliseconds duration) = 0;
  /// Resumes once `event` has been notified, whatever becomes of the client meanwhile.
  virtual asio::awaitable<void> wait(OneShotEvent& event) = 0;
  /// The same, but resumes at `until` at the latest, and as soon as the client has closed, or the program stops.
  virtual asio::awaitable<void> wait_until(OneShotEvent& event, SteadyTime until) = 0;
  /// The client has closed its side, or reset the connection: perhaps nobody reads the reply.
  [[nodiscard]] virtual bool peer_closed() noexcept = 0;
  /// The connection is reset: certainly nobody reads the reply.
  [[nodiscard]] virtual bool peer_reset() noexcept { return false; }
  /// The program is about to end: answer with what is there.
  [[nodiscard]] virtual bool stopping() const noexcept = 0;
};

}  // namespace oneshot::delivery
