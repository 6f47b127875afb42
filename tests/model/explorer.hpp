// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/oracle.hpp"

namespace oneshot::model {

/// The first way in which some faults did some harm, and how many states it happened in.
struct Finding {
  std::uint64_t states = 0;
  std::vector<Move> trace;
};

struct Explored {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  double seconds = 0;
  bool complete = true;  ///< false: stopped at the limit of states
  std::map<std::pair<Faults, Harm>, Finding> findings;

  [[nodiscard]] std::string text() const;
};

/// Every state that can be reached, each once, nearest first, so that a trace is as short as can be. Behind a state
/// with harm in it nothing is looked at. `first_only` stops at the first finding.
Explored explore(const Setup& setup, bool first_only = false, std::uint64_t most_states = 20'000'000);

}  // namespace oneshot::model
