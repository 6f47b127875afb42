// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "confirm/evidence.hpp"
#include "confirm/metric_names.hpp"
#include "confirm/options.hpp"

/// The questions to a scraper's API, as the path and query of a GET. The name of the marker is `oneshot_batch`.
namespace oneshot::confirm {

inline constexpr std::string_view marker_metric = "oneshot_batch";

/// How samples of the last `back` are asked for. What lies ahead of the API's clock is asked for too, up to an hour: a
/// clock that was set back must not hide what is stored.
struct Window {
  std::chrono::seconds back{0};
  std::int64_t now_unix_ms = 0;  ///< of this machine; VictoriaMetrics is asked by it, with some minutes to spare
  /// Prometheus before 2.33 refuses to look ahead (a negative offset): then not.
  bool look_ahead = true;
  std::chrono::seconds until{0};  ///< it ends so long ago; 0: it holds all that is newer, and what lies ahead
};

/// Raw samples of a series: `selector` as in PromQL. parse_samples() reads the answer.
[[nodiscard]] std::string samples_query(Kind kind, std::string_view selector, const Window& window);
/// The same between two moments of the API's clock, both included.
[[nodiscard]] std::string samples_between_query(Kind kind, std::string_view selector, std::int64_t from_ms,
                                                std::int64_t to_ms);
[[nodiscard]] Result<Samples> parse_samples(Kind kind, std::string_view answer);

/// How many series of all these metrics, with these matchers, have a sample of exactly that moment. parse_query()
/// reads the answer: no series is none, else one with the count.
[[nodiscard]] std::string count_at_query(const MetricNames& metrics, std::string_view matchers, std::int64_t unix_ms);
/// How many targets have two healthy scrapes (`up`) or more stored within the last `back`. As count_at_query().
[[nodiscard]] std::string healthy_targets_query(std::chrono::seconds back);
[[nodiscard]] double counted(const Samples& answer) noexcept;

[[nodiscard]] std::string targets_query();
/// The API's own metrics, for process_start_seconds().
[[nodiscard]] std::string own_metrics_query();

/// `oneshot_batch{scraper="prom-a"}`.
[[nodiscard]] std::string marker_selector(std::string_view scraper);
/// `METRIC{instance="...",job="..."}`, the matchers as TargetLabels gives them.
[[nodiscard]] std::string selector_of_target(std::string_view metric, std::string_view matchers);
/// The same of several metrics: `{__name__=~"deploys|events_to_metrics",instance="..."}`.
[[nodiscard]] std::string selector_of_target(const MetricNames& metrics, std::string_view matchers);

}  // namespace oneshot::confirm
