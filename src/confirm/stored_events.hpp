// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.hpp"
#include "confirm/evidence.hpp"
#include "confirm/target_labels.hpp"
#include "queue/batch.hpp"

namespace oneshot::confirm {

/// Which events a store has at certain moments, by the metric and the label text that they went out with. The scraper
/// has added the labels of its target, which are those of the marker, and where an event has a label of the same name,
/// it has kept the one or the other (see TargetLabels): an event is looked for under all that may be made of it.
class StoredEvents {
 public:
  /// `target` has noted all events that has() is asked for. Series that cannot be one of them are passed over.
  explicit StoredEvents(TargetLabels target);

  /// Adds the series that have a sample at one of `times`.
  void add(const Samples& samples, const std::set<std::int64_t>& times);

  /// Whether an event of this metric, with these labels (as in queue::BatchEvent), is there, which is noted.
  [[nodiscard]] bool has(std::string_view metric, std::string_view labels);
  [[nodiscard]] std::size_t size() const noexcept { return seen_.size(); }
  /// Stored series that no event asked for has the name and labels of: a relabelling has changed them.
  [[nodiscard]] std::size_t not_asked_for() const noexcept;

 private:
  bool find(const std::string& key);

  TargetLabels target_;
  Labels escaped_target_;
  std::unordered_map<std::string, bool, KeyedHash> seen_;  // by the metric and all labels: asked for
};

/// How many different series the events of a batch are.
class SeriesCount {
 public:
  /// `metric`: what the event is called at the scraper.
  void add(std::string_view metric, const queue::BatchEvent& event) {
    series_.emplace(event.series_hash, event.labels, metric);
  }
  [[nodiscard]] std::size_t value() const noexcept { return series_.size(); }

 private:
  std::set<std::tuple<std::uint64_t, std::string_view, std::string_view>> series_;
};

}  // namespace oneshot::confirm
