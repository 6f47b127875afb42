// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "app/scrape/text/families.hpp"

namespace oneshot::app {

/// Things of one exposition, numbered as they come, in a list for each family. Nothing is kept as long as all are of
/// the default metric, which is nearly always; 4 bytes for each of them otherwise.
class FamilyLists {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  /// At most so many will come.
  void reserve(std::size_t capacity) { capacity_ = capacity; }

  /// The next thing is of this family.
  void add(std::size_t family) {
    const auto number = static_cast<std::uint32_t>(count_++);
    if (family != Families::usual && lists_.empty()) begin_lists(number);
    if (!lists_.empty()) append(family, number);
  }
  /// The first thing of a family; none: there is none.
  [[nodiscard]] std::uint32_t first(std::size_t family) const noexcept {
    if (lists_.empty()) return family == Families::usual && count_ > 0 ? 0 : none;
    return family < lists_.size() ? lists_[family].first : none;
  }
  /// The one behind it in its list.
  [[nodiscard]] std::uint32_t next(std::uint32_t number) const noexcept {
    if (!lists_.empty()) return next_[number];
    return number + 1 < count_ ? number + 1 : none;
  }

 private:
  struct List {
    std::uint32_t first = none;
    std::uint32_t last = none;
  };

  /// So many have come, all of the default metric.
  void begin_lists(std::uint32_t count) {
    next_.reserve(capacity_);
    next_.resize(count);
    std::iota(next_.begin(), next_.end(), 1);
    lists_.resize(1);
    if (count == 0) return;
    next_.back() = none;
    lists_[Families::usual] = {0, count - 1};
  }

  void append(std::size_t family, std::uint32_t number) {
    assert(next_.size() == number);
    next_.push_back(none);
    if (family >= lists_.size()) lists_.resize(family + 1);
    List& list = lists_[family];
    (list.first == none ? list.first : next_[list.last]) = number;
    list.last = number;
  }

  std::size_t capacity_ = 0;
  std::size_t count_ = 0;
  std::vector<std::uint32_t> next_;
  std::vector<List> lists_;  // by family; empty: none so far
};

}  // namespace oneshot::app
