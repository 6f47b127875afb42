// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <string_view>
#include <variant>

#include "delivery/waiting.hpp"
#include "http/body_limits.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::http {

/// What a handler says to a request: the reply, or a coroutine that will have it. What need not wait is not made to: a
/// coroutine costs more than an event.
using Answer = std::variant<Reply, asio::awaitable<Reply>>;

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
