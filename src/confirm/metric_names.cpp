// SPDX-License-Identifier: MIT
#include "confirm/metric_names.hpp"

#include <array>
#include <cstddef>
#include <set>
#include <utility>

namespace oneshot::confirm {

MetricNames names_in(const queue::Batch& batch, std::string usual) {
  std::set<std::string_view> names;
  std::array<queue::BatchEvent, 64> block;
  queue::EventRef next = queue::first_event;
  for (std::size_t read = block.size(); read == block.size();) {
    read = batch.read(next, block);
    for (std::size_t i = 0; i < read; ++i)
      if (!block[i].metric.empty() && block[i].metric != usual) names.insert(block[i].metric);
  }
  return {std::move(usual), {names.begin(), names.end()}};
}

}  // namespace oneshot::confirm
