// SPDX-License-Identifier: MIT
#include "app/ingest/label_values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace oneshot::app {
namespace {

struct Label {
  std::string_view name;
  std::string_view value;  // still escaped, which is as good to tell values apart
};

/// Takes the first label away from a rendered label set: `service="checkout",type="deploy"`.
Label take_label(std::string_view& labels) noexcept {
  const std::size_t equals = labels.find('=');
  const std::string_view name = labels.substr(0, equals);
  labels.remove_prefix(std::min(name.size() + 2, labels.size()));
  std::size_t end = 0;
  while (end < labels.size() && labels[end] != '"') end += labels[end] == '\\' ? 2U : 1U;
  const std::string_view value = labels.substr(0, end);
  labels.remove_prefix(std::min(end + 2, labels.size()));
  return {name, value};
}

}  // namespace

void LabelValues::note(std::string_view labels) {
  while (!labels.empty()) {
    const Label label = take_label(labels);
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
    const Label label = take_label(labels);
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
