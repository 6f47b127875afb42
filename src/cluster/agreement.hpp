// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "queue/options.hpp"

namespace oneshot::cluster {

/// The settings that change what records do, and so are part of the state: all replicas act by those that the log says,
/// whatever their own config files have.
struct Agreement {
  std::uint64_t capacity_bytes = 0;  ///< of the log: fixed by its first record
  queue::WhenFull when_full = queue::WhenFull::drop_oldest;
  std::vector<std::string> names{};
  std::uint64_t max_unnamed = 0;
  std::chrono::milliseconds forget_after{};
  std::chrono::milliseconds startup_hold{};
  std::chrono::milliseconds idempotency{};
  std::uint64_t idempotency_keys = 0;
  std::uint64_t max_events_per_scrape = 0;
  std::uint64_t max_scrape_bytes = 0;
  std::chrono::milliseconds history{};
  std::uint64_t history_bytes = 0;

  /// A key is known so long at most, and until as many bytes as the log's capacity have come since: a start reads back
  /// so much of the log.
  static constexpr std::chrono::minutes longest_idempotency{10};

  [[nodiscard]] static Agreement of(const queue::Options& options);
  [[nodiscard]] queue::Options options() const;
  friend bool operator==(const Agreement&, const Agreement&) = default;

  /// Shows all of it, in one order, to what writes it down or reads it.
  template <class Archive>
  void state(Archive& archive) {
    archive(capacity_bytes, when_full, names, max_unnamed, forget_after, startup_hold, idempotency, idempotency_keys,
            max_events_per_scrape, max_scrape_bytes, history, history_bytes);
  }
};

}  // namespace oneshot::cluster
