// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "app/options.hpp"

namespace oneshot::app {

/// Which events are counted, and apart by which labels: what of the settings makes counters what they are.
struct CounterConfig {
  struct Family {
    std::string metric;               ///< as in event::Event: empty for the default metric
    std::string shown;                ///< what the metric is called
    std::vector<std::string> labels;  ///< sorted, not none
    friend bool operator==(const Family&, const Family&) = default;
  };
  std::vector<Family> families;  ///< in the order of the config, the default metric's last
  std::size_t most_series = 0;   ///< of all of them together, those without labels not counted
  friend bool operator==(const CounterConfig&, const CounterConfig&) = default;
};

[[nodiscard]] inline CounterConfig counter_config(const Options& options) {
  CounterConfig config{{}, options.counter_series};
  const auto add = [&config](std::string metric, const std::string& shown, std::vector<std::string> labels) {
    if (labels.empty()) return;
    std::sort(labels.begin(), labels.end());
    config.families.push_back({std::move(metric), shown, std::move(labels)});
  };
  for (const auto& [name, metric] : options.metrics) add(name, name, metric.counter_labels);
  add({}, options.metric, options.counter_labels);
  return config;
}

}  // namespace oneshot::app
