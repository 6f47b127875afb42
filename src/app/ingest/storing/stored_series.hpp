// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "app/context.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// Where the events of Context::batch that were stored are to be counted, beside the own metrics: in the counters of
/// their metrics and of their client, once they are in the log for good. On the worker's thread; a reload meanwhile
/// does no harm.
class StoredSeries {
 public:
  /// `all` is what became of the batch as it is now.
  StoredSeries(Context& context, const queue::StoredAll& all);

  void count() const noexcept {
    for (EventCounters::Number* const one : series_) EventCounters::count(one);
    if (client_ != nullptr) Counters::increase(*client_, stored_);
  }

 private:
  std::shared_ptr<EventCounters> counters_;  // a reload may make others
  std::vector<EventCounters::Number*> series_;
  Counters::Number* client_;
  std::size_t stored_;
};

}  // namespace oneshot::app
