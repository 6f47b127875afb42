// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulation/scheduler.hpp"

namespace oneshot::simulation {

/// What is unlike the others in some worlds. By dice of its own: all other worlds stay as they were without it.
struct Kind {
  /// Nothing happens for minutes or hours.
  enum class Standstill : std::uint8_t { none, engine_away, replicas_stopped };

  std::vector<std::string> names{"s0", "s1"};  ///< scrapers.names
  milliseconds scrape_timeout{3000};
  Standstill standstill = Standstill::none;
  milliseconds standstill_lasts{};

  [[nodiscard]] static Kind of(std::uint64_t seed);
};

}  // namespace oneshot::simulation
