// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "queue/batch.hpp"

namespace oneshot::app {

/// So many events are read from a batch at once, and what is looked up for them is fetched meanwhile.
using EventBlock = std::array<queue::BatchSample, 64>;

/// The events of a batch as an exposition shows them. An event is stored with its metric's name, or without one, which
/// means the default metric, whatever that is called now. Where the default metric has got the name of a metric of
/// events that still wait, both are one series in the exposition: here such an event has no name either.
///
/// An event::SeriesIndex keeps refs, and asks here for their series. The batch must outlive this.
class ShownEvents {
 public:
  /// `usual`: what the default metric is called.
  ShownEvents(const queue::Batch& batch, std::string usual) : batch_(batch), usual_(std::move(usual)) {}

  [[nodiscard]] std::uint64_t size() const noexcept { return batch_.size(); }
  /// As queue::Batch::read_samples() and samples_at().
  std::size_t read(queue::EventRef& next, std::span<queue::BatchSample> events) const {
    const std::size_t count = batch_.read_samples(next, events);
    forget_names(events.first(count));
    return count;
  }
  void read_at(std::span<const queue::EventRef> refs, std::span<queue::BatchSample> events) const {
    batch_.samples_at(refs, events);
    forget_names(events.first(refs.size()));
  }
  /// There was an event that has lost its name so: what the log kept apart as two series may be one here, whose times
  /// are unique and ascending in each of the two only.
  [[nodiscard]] bool has_merged_names() const noexcept { return merged_names_; }
  [[nodiscard]] queue::Series operator()(queue::EventRef ref) const {
    queue::Series series = batch_.series_at(ref);
    if (series.metric == usual_) series.metric = {};
    return series;
  }

 private:
  void forget_names(std::span<queue::BatchSample> events) const {
    for (queue::BatchSample& event : events) {
      if (event.metric != usual_) continue;
      merged_names_ = true;
      event.metric = {};
      event.series_hash = batch_.hash_of({event.metric, event.labels});
    }
  }

  const queue::Batch& batch_;
  const std::string usual_;
  mutable bool merged_names_ = false;
};

inline queue::Series series_of(const queue::BatchSample& event) noexcept { return {event.metric, event.labels}; }

}  // namespace oneshot::app
