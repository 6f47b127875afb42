// SPDX-License-Identifier: MIT
#include "cluster/agreement.hpp"

#include <algorithm>

namespace oneshot::cluster {

Agreement Agreement::of(const queue::Options& options) {
  Agreement agreement{.capacity_bytes = options.storage.capacity_bytes,
                      .when_full = options.when_full,
                      .names = options.names,
                      .max_unnamed = options.max_unnamed,
                      .forget_after = options.forget_after,
                      .startup_hold = options.startup_hold,
                      .idempotency = std::min<std::chrono::milliseconds>(options.idempotency, longest_idempotency),
                      .idempotency_keys = options.storage.idempotency_keys,
                      .max_events_per_scrape = options.max_events_per_scrape,
                      .max_scrape_bytes = options.max_scrape_bytes,
                      .history = options.history,
                      .history_bytes = options.history_bytes};
  std::ranges::sort(agreement.names);  // equal settings are to be equal
  return agreement;
}

queue::Options Agreement::options() const {
  queue::Options options;
  options.storage.capacity_bytes = capacity_bytes;
  options.storage.idempotency_keys = idempotency_keys;
  options.when_full = when_full;
  options.names = names;
  options.max_unnamed = max_unnamed;
  options.forget_after = forget_after;
  options.startup_hold = startup_hold;
  options.idempotency = idempotency;
  options.max_events_per_scrape = max_events_per_scrape;
  options.max_scrape_bytes = max_scrape_bytes;
  options.history = history;
  options.history_bytes = history_bytes;
  return options;
}

}  // namespace oneshot::cluster
