// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "queue/batch.hpp"

namespace oneshot::confirm {

/// What the events of a batch are called at the scraper.
struct MetricNames {
  std::string usual;                ///< those that are stored without a name: the default metric, as it was then
  std::vector<std::string> others;  ///< without that one

  [[nodiscard]] std::string_view of(const queue::BatchEvent& event) const noexcept {
    return event.metric.empty() ? std::string_view(usual) : event.metric;
  }
};

/// Those of all events of a batch, each of which is looked at.
[[nodiscard]] MetricNames names_in(const queue::Batch& batch, std::string usual);

}  // namespace oneshot::confirm
