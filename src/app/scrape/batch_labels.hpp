// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "queue/batch.hpp"

namespace oneshot::app {

/// So many events are read from a batch at once, and what is looked up for them is fetched meanwhile.
using EventBlock = std::array<queue::BatchEvent, 64>;

/// The events of a batch as an event::SeriesIndex knows them: it keeps their refs, and asks here for the labels. The
/// batch must outlive this.
class BatchLabels {
 public:
  explicit BatchLabels(const queue::Batch& batch) : batch_(batch) {}
  [[nodiscard]] std::string_view operator()(std::uint32_t ref) const { return batch_.labels_at(ref); }

 private:
  const queue::Batch& batch_;
};

}  // namespace oneshot::app
