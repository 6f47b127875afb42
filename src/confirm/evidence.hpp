// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

/// What the scraper's API answers, read from its JSON. Whatever comes is checked: an answer of another shape is an
/// error in words, never a guess.
namespace oneshot::confirm {

/// Sorted by name, `__name__` included.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Null where there is none of that name.
[[nodiscard]] const std::string* find_label(const Labels& labels, std::string_view name) noexcept;

struct Sample {
  std::int64_t unix_ms = 0;  ///< by the scraper's clock
  double value = 0;
};

struct Series {
  Labels labels;
  std::vector<Sample> samples;  ///< by time
};

/// Raw samples.
struct Samples {
  std::vector<Series> series;
  /// False: the API says that a part of its data may be missing (Thanos' warnings, VictoriaMetrics' isPartial), so that
  /// what is not in the answer may yet be there.
  bool complete = true;
};

/// /api/v1/query (Prometheus "HTTP API", "Instant queries"), resultType matrix or vector.
[[nodiscard]] Result<Samples> parse_query(std::string_view text);
/// /api/v1/export of VictoriaMetrics: one line of JSON for each series (or part of one).
[[nodiscard]] Result<Samples> parse_export(std::string_view lines);

/// One of /api/v1/targets ("Targets"): what the scraper says about its last scrape.
struct Target {
  Labels labels;
  std::string last_error;  ///< empty: it went well
};
[[nodiscard]] Result<std::vector<Target>> parse_targets(std::string_view text);

/// When the process started, from the lines of its /metrics; nothing where that does not say.
[[nodiscard]] std::optional<double> process_start_seconds(std::string_view exposition) noexcept;

}  // namespace oneshot::confirm
