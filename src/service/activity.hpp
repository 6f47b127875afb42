// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "app/own_metrics/snapshot.hpp"
#include "base/clock.hpp"

namespace oneshot::service {

/// What the program does, in a handful of numbers: totals since the start, and how things stand.
struct Activity {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t delivered = 0;  ///< to each scraper, so an event may count more than once
  std::uint64_t redelivered = 0;
  std::uint64_t lost = 0;  ///< likewise, and those that nobody scraped

  std::uint64_t waiting = 0;  ///< events that at least one scraper has not got, each counted once
  std::size_t scrapers = 0;
  std::int64_t connections = 0;

  [[nodiscard]] bool same_totals(const Activity& other) const noexcept;
};

Activity summarize(const app::Snapshot& snapshot) noexcept;

/// The line for `systemctl status`: "accepts requests; events: 12 accepted, ...".
std::string status_text(const Activity& activity);

/// Logs what happened, once a minute at most and only if something did; each event for itself is a matter of debug.
class Summary {
 public:
  explicit Summary(SteadyTime start) : begin_(start) {}

  /// Whether a minute is over, and the numbers are wanted.
  [[nodiscard]] bool due(SteadyTime now) const noexcept;
  /// Ends the minute: its line goes to the log.
  void report(const Activity& activity, SteadyTime now);

 private:
  SteadyTime begin_;
  Activity before_;
};

}  // namespace oneshot::service
