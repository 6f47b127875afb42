// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "app/context.hpp"
#include "app/route.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// Finds the endpoint of a request in a table of paths and methods, and asks whether the client has the right that the
/// endpoint needs. One for each worker, with what its endpoints need.
class Router final : public http::Handler {
 public:
  /// `worker` is this worker's number, also among the queue's appenders.
  Router(Services& services, std::shared_ptr<const Options> options, unsigned worker);

  /// New options for requests from now on. On the worker's own thread.
  void use(std::shared_ptr<const Options> options);

  http::Answer handle(const http::Request& request, delivery::Waiting& waiting) override;
  [[nodiscard]] std::size_t body_limit(std::string_view path) const noexcept override;

 private:
  /// What the route's endpoint answers, or why the request does not get there. Null: there is no route.
  http::Answer answer(const Route* route, const http::Request& request, delivery::Waiting& waiting);
  /// So that they have their samples from the start.
  void know_hooks();
  [[nodiscard]] bool is_too_fast();

  Context context_;
};

}  // namespace oneshot::app
