// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string_view>
#include <variant>

#include "delivery/one_shot_event.hpp"
#include "delivery/waiting.hpp"
#include "http/body_limits.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::http {

/// A reply that other threads have to do something for, such as a flush. All of the request is done but that, so the
/// connection may begin with the next request meanwhile: what they wait for is then done for all of them at once.
class PendingReply {
 public:
  virtual ~PendingReply() = default;
  /// Notified once there is a reply.
  virtual delivery::OneShotEvent& ready() noexcept = 0;
  /// The reply, which has neither source nor receipt. Once, after ready(), on the connection's own thread; not at all
  /// where the connection cannot wait.
  virtual Reply finish() = 0;
};

/// What a handler says to a request: the reply, a coroutine that will have it, or what is left to be waited for. What
/// need not wait is not made to: a coroutine costs more than an event.
using Answer = std::variant<Reply, asio::awaitable<Reply>, std::unique_ptr<PendingReply>>;

/// Answers requests. One instance per worker, called on that worker's thread only, for many connections in turn: while
/// one call waits, others begin.
class Handler : public BodyLimits {
 public:
  virtual ~Handler() = default;
  /// Never throws for what a client can cause. `request` and `waiting` live until the reply has been returned.
  virtual Answer handle(const Request& request, delivery::Waiting& waiting) = 0;
  [[nodiscard]] std::size_t body_limit(std::string_view /*path*/) const noexcept override { return usual_body_limit; }
};

}  // namespace oneshot::http
