// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "app/own_metrics/counters.hpp"

namespace oneshot::app {

/// Events accepted, by the client that sent them; `oneshot_client_events_accepted_total{client}`. A client that the
/// settings have no more keeps its number. Any thread, but a worker counts in a number of its own.
class ClientCounters {
 public:
  explicit ClientCounters(unsigned workers) noexcept : workers_(workers) {}

  /// Where this worker counts the client's events; the client has its sample from now on, at 0. Lives as long as this.
  [[nodiscard]] Counters::Number* number_of(std::string_view client, unsigned worker);
  /// The sums of all workers.
  [[nodiscard]] std::map<std::string, std::uint64_t, std::less<>> all() const;

 private:
  struct alignas(64) Own {
    Counters::Number events{0};
  };

  const unsigned workers_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Own>, std::less<>> counts_;  // by worker
};

}  // namespace oneshot::app
