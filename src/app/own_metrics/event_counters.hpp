// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/own_metrics/counter_config.hpp"
#include "app/own_metrics/counters.hpp"
#include "base/hash.hpp"
#include "event/event.hpp"
#include "exposition/writer.hpp"

namespace oneshot::app {

/// The counters beside the events, METRIC_events_total: how many were accepted since the start, by some of their
/// labels. Unlike the events themselves they are the same for whoever scrapes.
///
/// Each worker counts in a table of its own, without a lock. A series that a worker meets for the first time is looked
/// up under a lock, since the number of series is bounded for all workers together; what goes beyond counts in its
/// family's series without labels. A worker that has found the book full knows all series there are from then on, and
/// takes the lock no more.
class EventCounters {
 public:
  using Number = Counters::Number;

  EventCounters(CounterConfig config, unsigned workers);
  EventCounters(const EventCounters&) = delete;
  EventCounters& operator=(const EventCounters&) = delete;

  [[nodiscard]] const CounterConfig& config() const noexcept { return config_; }

  /// For the thread of this worker: where the event is to be counted; null where its metric has no counter. Good as
  /// long as the counters live.
  [[nodiscard]] Number* series_of(unsigned worker, const event::Event& event) {
    return config_.families.empty() ? nullptr : find(worker, event);
  }
  /// The same thread.
  static void count(Number* series) noexcept {
    if (series != nullptr) Counters::increase(*series, 1);
  }

  /// The sums of all workers, as families. Any thread.
  void append_to(exposition::Writer& writer) const;

 private:
  struct Entry {
    Entry(std::size_t of, std::string_view text) : family(of), labels(text) {}
    std::size_t family;
    std::string labels;
    Number count{0};
  };
  /// What one worker has counted: an open hash table, probed in line, at most half full.
  struct alignas(64) Table {
    std::deque<Entry> entries;  // stay where they are
    std::vector<std::pair<std::uint64_t, Entry*>> slots;
    std::string labels;    // of the event that is looked up
    Number overflow{0};    // events that went into the series without labels for want of room
    bool has_all = false;  // the book is full, and this table has all of it
  };
  using Counts = std::vector<const Number*>;  // one of each worker that has met the series

  Number* find(unsigned worker, const event::Event& event);
  Number* admit(Table& table, std::size_t family, std::uint64_t hash);
  Entry& add_entry(Table& table, std::size_t family, std::string_view labels, std::uint64_t hash, Counts& counts);
  Number* without_labels(Table& table, std::size_t family);
  void take_all(Table& table);
  [[nodiscard]] std::uint64_t hash_of(std::size_t family, std::string_view labels) const noexcept;
  static Entry** slot_of(Table& table, std::size_t family, std::string_view labels, std::uint64_t hash);
  static void grow(Table& table);

  const CounterConfig config_;
  const Seed seed_ = random_seed();
  std::vector<Table> tables_;  // by worker

  mutable std::mutex mutex_;                                      // guards what stands below
  std::vector<std::map<std::string, Counts, std::less<>>> book_;  // by family, by labels
  std::size_t series_ = 0;                                        // in it, those without labels not counted
};

/// The counters of one configuration, for whoever asks with the same: a reload that changes nothing about counters goes
/// on with those there are, otherwise all begin at 0. Any thread.
class EventCounterBook {
 public:
  explicit EventCounterBook(unsigned workers) noexcept : workers_(workers) {}
  [[nodiscard]] std::shared_ptr<EventCounters> of(const Options& options);

 private:
  const unsigned workers_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<EventCounters>> all_;  // workers come to a reload one after the other
};

}  // namespace oneshot::app
