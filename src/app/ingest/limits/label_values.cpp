// SPDX-License-Identifier: MIT
#include "app/ingest/limits/label_values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "exposition/label_walk.hpp"

namespace oneshot::app {
void LabelValues::note(std::string_view labels) {
  while (!labels.empty()) {
    const exposition::RenderedLabel label = exposition::take_label(labels);
    const std::uint64_t name = hash_bytes(label.name, seed_);
    auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      if (by_name_.size() >= max_names) continue;
      found = by_name_.emplace(name, Values{}).first;
    }
    // The low bits of the hash choose a register, which keeps the longest row of zeros that the others begin with.
    const std::uint64_t hash = hash_bytes(label.value, seed_);
    std::uint8_t& longest = found->second.now[hash % std::tuple_size_v<Registers>];
    const auto zeros = static_cast<std::uint8_t>(std::countl_zero(hash | std::tuple_size_v<Registers>) + 1);
    longest = std::max(longest, zeros);
  }
}

void LabelValues::age() {
  for (auto& [name, values] : by_name_) values.before = std::exchange(values.now, Registers{});
  std::erase_if(by_name_, [](const auto& entry) { return entry.second.before == Registers{}; });
}

LabelValues::Most LabelValues::most_of(std::string_view labels) const {
  Most most;
  while (!labels.empty()) {
    const exposition::RenderedLabel label = exposition::take_label(labels);
    const auto found = by_name_.find(hash_bytes(label.name, seed_));
    if (found == by_name_.end()) continue;
    const std::uint64_t values = estimate(found->second);
    if (values > most.values) most = {label.name, values};
  }
  return most;
}

std::uint64_t LabelValues::estimate(const Values& values) noexcept {
  constexpr double registers = std::tuple_size_v<Registers>;
  constexpr double alpha = 0.7213 / (1 + 1.079 / registers);
  double sum = 0;
  double empty = 0;
  for (std::size_t i = 0; i < values.now.size(); ++i) {
    const std::uint8_t longest = std::max(values.now[i], values.before[i]);
    sum += 1 / static_cast<double>(std::uint64_t{1} << longest);
    if (longest == 0) ++empty;
  }
  const double raw = alpha * registers * registers / sum;
  // Few values leave registers empty, and those tell more (the paper's small range correction).
  const bool few = raw <= 2.5 * registers && empty > 0;
  return static_cast<std::uint64_t>(std::llround(few ? registers * std::log(registers / empty) : raw));
}

}  // namespace oneshot::app
