// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "event_log/record.hpp"
#include "queue/batch.hpp"

namespace oneshot::queue {

// For the engines whose batches are made of records: an event as it lies in the log, with this time.

[[nodiscard]] inline BatchEvent event_of(const event_log::Record& record, EventRef ref, std::int64_t unix_ms) noexcept {
  return {.ref = ref,
          .series_hash = record.series_hash,
          .labels = record.labels(),
          .value = record.value,
          .value_given = record.value_given(),
          .unix_ms = unix_ms,
          .out_of_order = record.is_out_of_order(),
          .metric = record.metric(),
          .sent_unix_ms = record.sent_unix_ms(),
          .key = record.key()};
}

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
