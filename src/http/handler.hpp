// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <variant>

#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::http {

/// What a handler may wait for, on the connection's own worker. Implemented by net, faked by tests.
class Waiting {
 public:
  virtual ~Waiting() = default;
  /// Lets other connections of this worker run: between the pieces of long work.
  virtual asio::awaitable<void> yield() = 0;
  virtual asio::awaitable<void> pause(std::chrono::milliseconds duration) = 0;
  /// Waits for something that another thread does: calls `begin` with what that has to call once it is done, once, on
  /// any thread, while this connection lives.
  virtual asio::awaitable<void> until(std::function<void(std::function<void()> done)> begin) = 0;
  /// The client has closed its side, or reset the connection: it may be that nobody reads the reply.
  [[nodiscard]] virtual bool peer_closed() noexcept = 0;
  /// The program is about to end: answer with what is there.
  [[nodiscard]] virtual bool stopping() const noexcept = 0;
};

/// What a handler says to a request: the reply, or a coroutine that will have it. What need not wait is not made to: a
/// coroutine costs more than an event.
using Answer = std::variant<Reply, asio::awaitable<Reply>>;

/// Answers requests. One instance per worker, called on that worker's thread only, for many connections in turn: while
/// one call waits, others begin.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Never throws for what a client can cause. `request` and `waiting` live until the reply has been returned.
  virtual Answer handle(const Request& request, Waiting& waiting) = 0;
};

}  // namespace oneshot::http
