// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "event_log/record.hpp"
#include "queue/batch.hpp"

namespace oneshot::queue {

/// The sample of an event as it lies in the log, with this time, for the engines whose batches are made of records.
[[nodiscard]] inline BatchSample sample_of(const event_log::Record& record, EventRef ref,
                                           std::int64_t unix_ms) noexcept {
  return {.ref = ref,
          .value_given = record.value_given(),
          .out_of_order = record.is_out_of_order(),
          .series_hash = record.series_hash,
          .labels = record.labels(),
          .value = record.value,
          .unix_ms = unix_ms,
          .metric = record.metric()};
}

}  // namespace oneshot::queue
