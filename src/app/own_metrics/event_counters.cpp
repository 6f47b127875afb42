// SPDX-License-Identifier: MIT
#include "app/own_metrics/event_counters.hpp"

#include <algorithm>

#include "app/own_metrics/picked_labels.hpp"

namespace oneshot::app {
namespace {

constexpr std::size_t first_slots = 64;

std::uint64_t sum_of(const std::vector<const EventCounters::Number*>& counts) noexcept {
  std::uint64_t sum = 0;
  for (const EventCounters::Number* count : counts) sum += count->load(std::memory_order_relaxed);
  return sum;
}

}  // namespace

EventCounters::EventCounters(CounterConfig config, unsigned workers)
    : config_(std::move(config)), tables_(workers), book_(config_.families.size()) {
  if (config_.families.empty()) return;
  for (Table& table : tables_) table.slots.resize(first_slots);
}

std::uint64_t EventCounters::hash_of(std::size_t family, std::string_view labels) const noexcept {
  return hash_bytes(labels, Seed{static_cast<std::uint64_t>(seed_) + family});
}

/// The slot of this series, or the empty one that it would get.
EventCounters::Entry** EventCounters::slot_of(Table& table, std::size_t family, std::string_view labels,
                                              std::uint64_t hash) {
  const std::size_t mask = table.slots.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    auto& [slot_hash, entry] = table.slots[at];
    if (entry == nullptr) slot_hash = hash;
    if (entry == nullptr || (slot_hash == hash && entry->family == family && entry->labels == labels)) return &entry;
  }
}

EventCounters::Number* EventCounters::find(unsigned worker, const event::Event& event) {
  const auto family = std::find_if(config_.families.begin(), config_.families.end(),
                                   [&event](const auto& one) { return one.metric == event.metric; });
  if (family == config_.families.end()) return nullptr;
  const auto number = static_cast<std::size_t>(family - config_.families.begin());
  Table& table = tables_[worker];
  table.labels.clear();
  append_picked_labels(table.labels, event.labels, family->labels);
  const std::uint64_t hash = hash_of(number, table.labels);
  Entry* const known = *slot_of(table, number, table.labels, hash);
  return known != nullptr ? &known->count : admit(table, number, hash);
}

/// A series that the worker has not met yet: that of `table.labels`.
EventCounters::Number* EventCounters::admit(Table& table, std::size_t family, std::uint64_t hash) {
  if (table.labels.empty()) return without_labels(table, family);
  if (!table.has_all) {
    const std::lock_guard lock(mutex_);
    auto& series = book_[family];
    auto found = series.find(table.labels);
    if (found == series.end() && series_ < config_.most_series) {
      found = series.emplace(table.labels, Counts{}).first;
      ++series_;
    }
    if (found != series.end()) return &add_entry(table, family, table.labels, hash, found->second).count;
    take_all(table);
  }
  Counters::increase(table.overflow, 1);
  return without_labels(table, family);
}

EventCounters::Number* EventCounters::without_labels(Table& table, std::size_t family) {
  const std::uint64_t hash = hash_of(family, {});
  if (Entry* const known = *slot_of(table, family, {}, hash)) return &known->count;
  const std::lock_guard lock(mutex_);
  return &add_entry(table, family, {}, hash, book_[family][std::string()]).count;
}

/// For the holder of the lock.
EventCounters::Entry& EventCounters::add_entry(Table& table, std::size_t family, std::string_view labels,
                                               std::uint64_t hash, Counts& counts) {
  if (2 * (table.entries.size() + 1) > table.slots.size()) grow(table);
  Entry& entry = table.entries.emplace_back(family, labels);
  *slot_of(table, family, labels, hash) = &entry;
  counts.push_back(&entry.count);
  return entry;
}

void EventCounters::grow(Table& table) {
  std::vector<std::pair<std::uint64_t, Entry*>> old(2 * table.slots.size());
  old.swap(table.slots);
  for (const auto& [hash, entry] : old)
    if (entry != nullptr) *slot_of(table, entry->family, entry->labels, hash) = entry;
}

/// The book is full, for ever: what this table has not is not in it. For the holder of the lock.
void EventCounters::take_all(Table& table) {
  for (std::size_t family = 0; family < book_.size(); ++family) {
    for (auto& [labels, counts] : book_[family]) {
      const std::uint64_t hash = hash_of(family, labels);
      if (*slot_of(table, family, labels, hash) == nullptr) add_entry(table, family, labels, hash, counts);
    }
  }
  table.has_all = true;
}

void EventCounters::append_to(exposition::Writer& writer) const {
  if (config_.families.empty()) return;
  const std::lock_guard lock(mutex_);
  for (std::size_t family = 0; family < book_.size(); ++family) {
    const std::string name = config_.families[family].shown + "_events_total";
    writer.family(name, exposition::MetricType::counter, "Events of this metric accepted since the start.");
    for (const auto& [labels, counts] : book_[family])
      writer.sample(name, exposition::LabelText{labels}, sum_of(counts));
  }
  constexpr std::string_view overflow = "oneshot_counter_series_overflow_total";
  writer.family(overflow, exposition::MetricType::counter,
                "Events that their counter could not count by their labels: there are as many series as "
                "events.counter_series allows.");
  std::uint64_t sum = 0;
  for (const Table& table : tables_) sum += table.overflow.load(std::memory_order_relaxed);
  writer.sample(overflow, sum);
}

std::shared_ptr<EventCounters> EventCounterBook::of(const Options& options) {
  CounterConfig config = counter_config(options);
  const std::lock_guard lock(mutex_);
  std::erase_if(all_, [](const auto& one) { return one.expired(); });
  for (const auto& one : all_)
    if (auto counters = one.lock(); counters != nullptr && counters->config() == config) return counters;
  auto made = std::make_shared<EventCounters>(std::move(config), workers_);
  all_.push_back(made);
  return made;
}

}  // namespace oneshot::app
