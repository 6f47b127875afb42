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
  /// Of the batch as it is now; `appended` is what is known of it already.
  StoredSeries(Context& context, const queue::StoredAll& appended);

  /// `all` is what became of it.
  void count(const queue::StoredAll& all) const noexcept;

 private:
  std::shared_ptr<EventCounters> counters_;  // a reload may make others
  std::vector<EventCounters::Number*> series_;
  Counters::Number* client_;
};

}  // namespace oneshot::app
