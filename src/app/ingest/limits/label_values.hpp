// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "base/hash.hpp"

namespace oneshot::app {

/// About how many different values each label has had, to tell which one makes the series many. Bounded: 512 bytes for
/// each of `max_names` names (two HyperLogLogs, Flajolet et al. 2007, with 256 registers: off by 7 percent as a rule).
/// One thread at a time.
class LabelValues {
 public:
  static constexpr std::size_t max_names = 64;

  explicit LabelValues(Seed seed = random_seed()) : seed_(seed) {}

  /// Notes the labels of a series, as event::Event has them.
  void note(std::string_view labels);
  /// What was noted counts until the second call from now.
  void age();

  struct Most {
    std::string_view name;     ///< of the label, within what was asked for; empty: none of the names is known
    std::uint64_t values = 0;  ///< about so many
  };
  /// The label of a series that has had the most values.
  [[nodiscard]] Most most_of(std::string_view labels) const;

 private:
  using Registers = std::array<std::uint8_t, 256>;
  struct Values {
    Registers now{};
    Registers before{};
  };
  [[nodiscard]] static std::uint64_t estimate(const Values& values) noexcept;

  Seed seed_;
  std::unordered_map<std::uint64_t, Values> by_name_;  // by the hash of the name
};

}  // namespace oneshot::app
