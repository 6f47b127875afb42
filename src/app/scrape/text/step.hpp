// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "queue/batch.hpp"

namespace oneshot::app {

/// How much one step of a long work may still do before other connections of the worker have their turn: counted in
/// bytes that are read and compared, since 4,096 events may be 200 KB or 200 MB, and clients choose which.
class Step {
 public:
  /// Some half a millisecond of work.
  static constexpr std::uint64_t most = std::uint64_t{1} << 20;

  /// One event was read, and `looks` earlier events were compared with it.
  void count(const queue::BatchSample& event, std::uint64_t looks = 0) noexcept {
    const std::uint64_t text = event.labels.size() + event.metric.size();
    used_ += event_cost + text + looks * (look_cost + text);
  }
  [[nodiscard]] bool is_over() const noexcept { return used_ >= most; }

 private:
  static constexpr std::uint64_t event_cost = 192;  // in bytes' worth of time: 4,096 short events are a step
  static constexpr std::uint64_t look_cost = 64;    // a record that is in no cache

  std::uint64_t used_ = 0;
};

}  // namespace oneshot::app
