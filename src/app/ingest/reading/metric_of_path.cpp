// SPDX-License-Identifier: MIT
#include "app/ingest/reading/metric_of_path.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace oneshot::app {
namespace {

[[gnu::cold]] event::Rejection unknown_metric(const Options& options, std::string_view name) {
  std::string message = "there is no metric \"" + printable(name) + "\"; ";
  if (options.metrics.empty()) message += "the config has no [metrics." + printable(name) + ']';
  for (std::size_t i = 0; i < options.metrics.size(); ++i)
    message += (i == 0 ? "[metrics] has: " : ", ") + options.metrics[i].first;
  return {event::Reason::unknown_metric, std::move(message)};
}

}  // namespace

Result<std::string_view, event::Rejection> metric_named(const Options& options, std::string_view name) {
  if (name.empty() || name == options.metric) return std::string_view();
  const auto found = std::find_if(options.metrics.begin(), options.metrics.end(),
                                  [name](const auto& metric) { return metric.first == name; });
  if (found == options.metrics.end()) return Unexpected{unknown_metric(options, name)};
  return std::string_view(found->first);
}

Result<std::string_view, event::Rejection> metric_of_path(const Options& options, std::string_view path,
                                                          std::string_view route) {
  return metric_named(options, path.substr(std::min(route.size() + 1, path.size())));
}

}  // namespace oneshot::app
