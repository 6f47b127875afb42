// SPDX-License-Identifier: MIT
#include "app/api/events_query.hpp"

#include <optional>
#include <utility>

#include "app/moment.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

Result<void, std::string> take_limit(const ApiQuery& query, std::size_t most, std::size_t& limit) {
  const std::string_view text = query.find("limit");
  if (text.data() == nullptr) return {};
  const std::optional<std::uint64_t> number = parse_whole_number(text);
  if (!number || *number < 1 || *number > most)
    return Unexpected{"limit " + quoted(text) + " must be a whole number from 1 to " + std::to_string(most)};
  limit = static_cast<std::size_t>(*number);
  return {};
}

Result<void, std::string> take_moment(const ApiQuery& query, std::string_view name, std::int64_t now_unix_ms,
                                      std::int64_t& moment) {
  const std::string_view text = query.find(name);
  if (text.data() == nullptr) return {};
  const Result<std::int64_t> parsed = parse_moment(name, text, now_unix_ms);
  if (!parsed) return Unexpected{parsed.error()};
  moment = *parsed;
  return {};
}

Result<void, std::string> take_labels(const ApiQuery& query, std::vector<queue::LabelIs>& labels) {
  const auto given = query.all_with("label.");
  constexpr std::size_t most = queue::HistoryQuery::most_labels;
  if (given.size() > most)
    return Unexpected{"there are " + std::to_string(given.size()) + " parameters label.NAME: there may be " +
                      std::to_string(most) + " at most"};
  for (const auto& [name, value] : given) labels.push_back({.name = std::string(name), .value = std::string(value)});
  return {};
}

/// An empty value, as a variable of a script that is not set, would be no condition at all.
Result<void, std::string> check_not_empty(const ApiQuery& query, std::string_view name) {
  const std::string_view text = query.find(name);
  if (text.data() == nullptr || !text.empty()) return {};
  return Unexpected{std::string(name) + " is empty: name one, or leave the parameter out"};
}

}  // namespace

Result<queue::HistoryQuery> parse_events_query(std::string_view query, std::string_view usual_metric,
                                               std::int64_t now_unix_ms) {
  const Result<ApiQuery> parsed = ApiQuery::parse(query, {"since", "until", "limit", "scraper", "metric", "label."});
  if (!parsed) return Unexpected{parsed.error()};
  queue::HistoryQuery asked;
  if (auto good = take_moment(*parsed, "since", now_unix_ms, asked.since_unix_ms); !good)
    return Unexpected{good.error()};
  if (auto good = take_moment(*parsed, "until", now_unix_ms, asked.until_unix_ms); !good)
    return Unexpected{good.error()};
  if (auto good = take_limit(*parsed, queue::HistoryQuery::most, asked.limit); !good) return Unexpected{good.error()};
  for (const std::string_view name : {"scraper", "metric"})
    if (auto good = check_not_empty(*parsed, name); !good) return Unexpected{good.error()};
  if (asked.until_unix_ms <= asked.since_unix_ms) return Unexpected{std::string("until must be later than since")};
  asked.scraper = parsed->find("scraper");
  const std::string_view metric = parsed->find("metric");
  if (metric.data() != nullptr) asked.metric = metric == usual_metric ? std::string() : std::string(metric);
  if (auto good = take_labels(*parsed, asked.labels); !good) return Unexpected{good.error()};
  return asked;
}

Result<queue::LabelCountQuery> parse_top_query(std::string_view query) {
  constexpr std::size_t most = 1000;
  const Result<ApiQuery> parsed = ApiQuery::parse(query, {"by", "limit", "scraper"});
  if (!parsed) return Unexpected{parsed.error()};
  queue::LabelCountQuery asked;
  if (auto good = check_not_empty(*parsed, "scraper"); !good) return Unexpected{good.error()};
  asked.label = parsed->find("by");
  if (asked.label.empty()) return Unexpected{"by is missing: write the label to count by, as in /api/v1/top?by=type"};
  if (auto good = take_limit(*parsed, most, asked.limit); !good) return Unexpected{good.error()};
  asked.scraper = parsed->find("scraper");
  return asked;
}

}  // namespace oneshot::app
