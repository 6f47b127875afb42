// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "queue/batch.hpp"

namespace oneshot::app::test {

/// A batch of these events, whose refs are their places. All series without events have the hash 1.
class SomeEvents final : public queue::Batch {
 public:
  explicit SomeEvents(std::vector<queue::BatchEvent> events) : events_(std::move(events)) {
    for (std::size_t i = 0; i < events_.size(); ++i) events_[i].ref = static_cast<queue::EventRef>(i);
  }
  [[nodiscard]] std::uint64_t size() const noexcept override { return events_.size(); }
  std::size_t read(queue::EventRef& next, std::span<queue::BatchEvent> events) const noexcept override {
    const auto count = std::min(events.size(), events_.size() - next);
    std::copy_n(events_.begin() + next, count, events.begin());
    next += static_cast<queue::EventRef>(count);
    return count;
  }
  [[nodiscard]] queue::Series series_at(queue::EventRef event) const noexcept override {
    return {events_[event].metric, events_[event].labels};
  }
  [[nodiscard]] std::uint64_t hash_of(const queue::Series&) const noexcept override { return 1; }
  [[nodiscard]] std::vector<queue::BatchSample> all() const {
    std::vector<queue::BatchSample> samples(events_.size());
    queue::EventRef next = queue::first_event;
    REQUIRE(read_samples(next, samples) == samples.size());
    return samples;
  }

 private:
  std::vector<queue::BatchEvent> events_;
};

}  // namespace oneshot::app::test
