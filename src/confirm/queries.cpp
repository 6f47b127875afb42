// SPDX-License-Identifier: MIT
#include "confirm/queries.hpp"

#include <algorithm>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "exposition/escape.hpp"

namespace oneshot::confirm {
namespace {

using std::chrono::seconds;

constexpr seconds ahead{3600};
// VictoriaMetrics is asked by this machine's clock: so far the two may differ.
constexpr std::int64_t clocks_differ_ms = 600'000;

std::string query(std::string_view promql) {
  std::string path = "/api/v1/query?query=";
  append_percent_encoded(path, promql);
  return path;
}

/// 1795671043414 as "1795671043.414".
std::string seconds_text(std::int64_t unix_ms) {
  std::string text;
  append_signed(text, unix_ms / 1000);
  text += '.';
  append_padded(text, static_cast<std::uint64_t>(std::max<std::int64_t>(unix_ms % 1000, 0)), 3);
  return text;
}

std::string export_query(std::string_view selector, std::int64_t start_ms, std::int64_t end_ms) {
  std::string path = "/api/v1/export?match%5B%5D=";
  append_percent_encoded(path, selector);
  return path + "&start=" + seconds_text(start_ms) + "&end=" + seconds_text(end_ms);
}

/// PromQL takes Go's escapes in double quotes, of which those of the text format are a part.
void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  exposition::append_label_value(out, value);
  out += '"';
}

}  // namespace

std::string samples_query(Kind kind, std::string_view selector, const Window& window) {
  const bool to_now = window.until == seconds(0);
  if (kind == Kind::victoriametrics) {
    const std::int64_t back = std::chrono::milliseconds(window.back).count() + clocks_differ_ms;
    const std::int64_t on = to_now ? std::chrono::milliseconds(ahead).count()
                                   : clocks_differ_ms - std::chrono::milliseconds(window.until).count();
    return export_query(selector, window.now_unix_ms - back, window.now_unix_ms + on);
  }
  const seconds until = to_now && window.look_ahead ? -ahead : window.until;
  std::string promql(selector);
  promql += '[' + std::to_string((window.back - until).count()) + "s]";
  if (until != seconds(0)) promql += " offset " + std::to_string(until.count()) + 's';
  return query(promql);
}

std::string samples_between_query(Kind kind, std::string_view selector, std::int64_t from_ms, std::int64_t to_ms) {
  if (kind == Kind::victoriametrics) return export_query(selector, from_ms, to_ms);
  // A range ends with its moment, that included; one of a millisecond holds nothing else (2.x includes its begin too).
  const std::string range = std::to_string(std::max<std::int64_t>(to_ms - from_ms, 0) + 1);
  return query(std::string(selector) + '[' + range + "ms]") + "&time=" + seconds_text(to_ms);
}

Result<Samples> parse_samples(Kind kind, std::string_view answer) {
  return kind == Kind::victoriametrics ? parse_export(answer) : parse_query(answer);
}

std::string count_at_query(const MetricNames& metrics, std::string_view matchers, std::int64_t unix_ms) {
  const std::string time = seconds_text(unix_ms);
  const auto count_of = [&](std::string_view metric) {
    return "count(timestamp(" + selector_of_target(metric, matchers) + ") == " + time + ")";
  };
  // Each metric apart: timestamp() drops the name, and Prometheus refuses an answer in which two series are then one.
  std::string promql = count_of(metrics.usual);
  if (!metrics.others.empty()) promql = '(' + promql + " or vector(0))";
  for (const std::string& metric : metrics.others) promql += " + (" + count_of(metric) + " or vector(0))";
  // nocache: VictoriaMetrics else asks about 30 s earlier, since what is newer may not be whole yet.
  return query(promql) + "&time=" + time + "&nocache=1";
}

std::string healthy_targets_query(seconds back) {
  return query("count(sum_over_time(up[" + std::to_string(back.count()) + "s]) >= 2)") + "&nocache=1";
}

double counted(const Samples& answer) noexcept {
  if (answer.series.empty() || answer.series.front().samples.empty()) return 0;
  return answer.series.front().samples.back().value;
}

std::string targets_query() { return "/api/v1/targets?state=active"; }

std::string own_metrics_query() { return "/metrics"; }

std::string marker_selector(std::string_view scraper) {
  std::string selector(marker_metric);
  selector += "{scraper=";
  append_quoted(selector, scraper);
  return selector + '}';
}

std::string selector_of_target(std::string_view metric, std::string_view matchers) {
  return std::string(metric).append("{").append(matchers).append("}");
}

std::string selector_of_target(const MetricNames& metrics, std::string_view matchers) {
  if (metrics.others.empty()) return selector_of_target(metrics.usual, matchers);
  std::string selector = "{__name__=~\"" + metrics.usual;  // nothing in a metric's name means anything else here
  for (const std::string& metric : metrics.others) selector += '|' + metric;
  if (!matchers.empty()) selector.append("\",").append(matchers).append("}");
  return matchers.empty() ? selector + "\"}" : selector;
}

}  // namespace oneshot::confirm
