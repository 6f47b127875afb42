// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "delivery/one_shot_event.hpp"

namespace oneshot::confirm {

/// Why there is no answer, in words for the log.
struct ApiError {
  std::string text;        ///< "cannot connect to prom-a:9090: Connection refused"
  int status = 0;          ///< of an answer other than 200; 0: there was none
  bool too_large = false;  ///< the answer was longer than the caller wanted

  /// What Prometheus answers to a query that it does not take (before 2.33, one with a negative offset).
  [[nodiscard]] bool is_refused_query() const noexcept { return status == 400 || status == 422; }
};

/// The scraper's own API, and the time between two questions to it. `net` has it on sockets, tests on a table. Used by
/// one thread.
class Api {
 public:
  virtual ~Api() = default;
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// The body of the answer to `GET PREFIX+path_and_query`, if its status is 200. At most `max_bytes` long. It ends
  /// with an error after the timeout of the API's options at the latest.
  virtual asio::awaitable<Result<std::string, ApiError>> get(std::string path_and_query, std::size_t max_bytes) = 0;
  /// Resumes at `time`, or as soon as `woken` is notified.
  virtual asio::awaitable<void> wait_until(delivery::OneShotEvent& woken, SteadyTime time) = 0;

 protected:
  Api() = default;
};

}  // namespace oneshot::confirm
