// SPDX-License-Identifier: MIT
#include "confirm/own_numbers.hpp"

#include <algorithm>
#include <cmath>

namespace oneshot::confirm {
namespace {

/// 0 for what is no number of a batch.
std::uint64_t number_of(const Sample& sample) noexcept {
  constexpr double largest = 9007199254740992;  // 2^53: whole numbers up to it are exact
  if (!(sample.value >= 1 && sample.value <= largest) || std::floor(sample.value) != sample.value) return 0;
  return static_cast<std::uint64_t>(sample.value);
}

}  // namespace

void OwnNumbers::issued(std::uint64_t number) {
  const auto place = std::ranges::lower_bound(numbers_, number);  // the end, but for scrapes at the same moment
  if (place != numbers_.end() && *place == number) return;
  numbers_.insert(place, number);
  if (numbers_.size() > remembered) numbers_.pop_front();
}

bool OwnNumbers::is_own(std::uint64_t number) const {
  return number != 0 && (held_.contains(number) || std::ranges::binary_search(numbers_, number));
}

bool OwnNumbers::is_own(const Series& series) const {
  std::size_t own = 0;
  std::size_t foreign = 0;
  for (const Sample& sample : series.samples) {
    const std::uint64_t number = number_of(sample);
    if (is_own(number)) {
      ++own;
    } else if (!numbers_.empty() && number >= numbers_.front()) {
      ++foreign;
    }
  }
  return own > foreign;
}

Shown OwnNumbers::find(const Samples& answer) const {
  Shown shown;
  for (const Series& series : answer.series) {
    if (!is_own(series)) continue;
    for (const Sample& sample : series.samples) {
      shown.times.insert(sample.unix_ms);
      const std::uint64_t number = number_of(sample);
      if (!is_own(number)) continue;
      if (number > shown.newest()) shown.labels = series.labels;
      shown.numbers.emplace(number, sample.unix_ms);
    }
  }
  return shown;
}

}  // namespace oneshot::confirm
