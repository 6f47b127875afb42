// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace oneshot::cluster {

/// Which of the events that came in records were not stored: repeats, duplicates, and what was refused. A start from a
/// checkpoint passes over them. Events are numbered from 0 as they come, stored or not; neighbours are kept as one, so
/// that there are never more parts than stored events between them.
class LeftOut {
 public:
  /// Numbers only rise.
  void add(std::uint64_t number, std::uint64_t count = 1) {
    if (count == 0) return;
    if (!parts_.empty() && parts_.back().second == number) {
      parts_.back().second += count;
    } else {
      parts_.emplace_back(number, number + count);
    }
  }
  [[nodiscard]] bool contains(std::uint64_t number) const noexcept {
    const auto behind = first_ending_behind(number);
    return behind != parts_.end() && behind->first <= number;
  }
  /// May keep more than that.
  void forget_before(std::uint64_t number) noexcept { parts_.erase(parts_.begin(), first_ending_behind(number)); }
  [[nodiscard]] std::size_t parts() const noexcept { return parts_.size(); }

  template <class Archive>
  void state(Archive& archive) {
    archive(parts_);
  }

 private:
  using Parts = std::deque<std::pair<std::uint64_t, std::uint64_t>>;  // [begin, end)

  [[nodiscard]] Parts::const_iterator first_ending_behind(std::uint64_t number) const noexcept {
    return std::ranges::upper_bound(parts_, number, {}, [](const auto& part) { return part.second; });
  }

  Parts parts_;
};

}  // namespace oneshot::cluster
