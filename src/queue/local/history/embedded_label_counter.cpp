// SPDX-License-Identifier: MIT
#include "queue/local/history/embedded_label_counter.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "exposition/escape.hpp"
#include "exposition/label_text.hpp"
#include "queue/local/history/history_look.hpp"

namespace oneshot::queue {

EmbeddedLabelCounter::EmbeddedLabelCounter(std::shared_ptr<Ledger> ledger, LabelCountQuery query)
    : ledger_(std::move(ledger)), query_(std::move(query)) {
  query_.limit = std::clamp<std::size_t>(query_.limit, 1, 1000);
  prepare_look(*ledger_);
  const std::lock_guard lock(ledger_->mutex);
  at_ = oldest_of(*ledger_, query_.scraper);
  end_ = ledger_->table.counted_end().bytes;
}

HistoryWalk::Step EmbeddedLabelCounter::step() {
  Ledger& ledger = *ledger_;
  const std::lock_guard lock(ledger.mutex);
  if (at_.bytes < ledger.log.head()) at_ = ledger.table.readable_from();
  std::uint64_t records = look_step;
  const std::uint64_t most = at_.bytes + look_bytes;
  ledger.log.walk(at_, end_, [&](const event_log::Record& record) {
    if (records == 0 || at_.bytes >= most) return true;
    --records;
    if (!record.is_padding() && concerns(ledger, query_.scraper, at_.bytes)) count(record);
    return false;
  });
  return at_.bytes >= end_ ? Step::done : pace_of(ledger);
}

void EmbeddedLabelCounter::count(const event_log::Record& record) {
  ++counts_.events;
  const std::optional<std::string_view> value = exposition::find_label_value(record.labels(), query_.label);
  if (!value) {
    ++counts_.without;
    return;
  }
  auto known = values_.find(*value);
  if (known == values_.end() && values_.size() == most_values) drop_rare_ones();
  if (known == values_.end()) known = values_.emplace(std::string(*value), Count{}).first;
  ++known->second.events;
  known->second.bytes += record.size();
}

// Half of them at least: so the walk over all of them comes once for many new values.
void EmbeddedLabelCounter::drop_rare_ones() {
  std::vector<std::uint64_t> events;
  events.reserve(values_.size());
  for (const auto& [value, count] : values_) events.push_back(count.events);
  const auto middle = events.begin() + static_cast<std::ptrdiff_t>(events.size() / 2);
  std::ranges::nth_element(events, middle);
  std::erase_if(values_, [&, rare = *middle](const auto& one) {
    if (one.second.events > rare) return false;
    counts_.others += one.second.events;
    return true;
  });
}

LabelCounts EmbeddedLabelCounter::take() {
  for (const auto& [value, count] : values_)
    counts_.values.push_back(
        {.value = exposition::unescaped_label_value(value), .events = count.events, .bytes = count.bytes});
  std::ranges::sort(counts_.values, [](const LabelCounts::Value& a, const LabelCounts::Value& b) {
    return a.events != b.events ? a.events > b.events : a.value < b.value;
  });
  while (counts_.values.size() > query_.limit) {
    counts_.others += counts_.values.back().events;
    counts_.values.pop_back();
  }
  return std::move(counts_);
}

}  // namespace oneshot::queue
