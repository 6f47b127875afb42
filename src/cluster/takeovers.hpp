// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/log.hpp"
#include "cluster/machine.hpp"
#include "queue/batch_record.hpp"

namespace oneshot::cluster {

/// Batches of other replicas which this one has ended, since the replica that sent them did not answer. Any thread.
class Takeovers {
 public:
  /// The batch that was out to this scraper has ended so.
  void note(std::string_view scraper, const Out& out, queue::BatchEnd end) {
    (end == queue::BatchEnd::delivered ? delivered_ : timed_out_).fetch_add(1, std::memory_order_relaxed);
    log::info(
        "took over a scraper whose replica does not answer",
        {{"scraper", scraper}, {"holder", out.replica}, {"events", out.events}, {"outcome", queue::name_of(end)}});
  }
  /// The scraper's machine had acknowledged all of them.
  [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_.load(std::memory_order_relaxed); }
  /// They go out again.
  [[nodiscard]] std::uint64_t timed_out() const noexcept { return timed_out_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> timed_out_{0};
};

}  // namespace oneshot::cluster
