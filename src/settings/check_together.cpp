// SPDX-License-Identifier: MIT
#include "settings/check_together.hpp"

#include <string_view>
#include <vector>

#include "settings/named_sections.hpp"

namespace oneshot::settings {
namespace {

bool is_counter_of(std::string_view name, std::string_view metric) noexcept {
  if (!name.starts_with(metric)) return false;
  name.remove_prefix(metric.size());
  return name == "_events" || name == "_events_total";
}

/// `name`, which `where` has set, must not be what the counter of a metric is called.
Result<void, std::string> check_counters(const app::Options& app, std::string_view name, const std::string& where) {
  if (!app.counter_labels.empty() && is_counter_of(name, app.metric))
    return Unexpected{where + ": is the name of the counter of events.metric"};
  for (const auto& [metric, options] : app.metrics)
    if (!options.counter_labels.empty() && is_counter_of(name, metric))
      return Unexpected{where + ": is the name of the counter of " + section_title("metrics", metric)};
  return {};
}

}  // namespace

Result<void, std::string> check_together(const Settings& settings) {
  const app::Options& app = settings.app;
  for (const auto& [metric, options] : app.metrics) {
    const std::string where = section_title("metrics", metric);
    if (metric == app.metric) return Unexpected{where + ": events.metric is called so: choose another name"};
    if (auto good = check_counters(app, metric, where); !good) return good;
  }
  return check_counters(app, app.metric, "events.metric = \"" + app.metric + '"');
}

}  // namespace oneshot::settings
