// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace oneshot::cluster {

/// What an ordered log knows of its engine, for people.
struct EngineState {
  std::string node{};               ///< "10.0.0.1:4222": the one that the last connection led to; "": there was none
  std::string version{};            ///< of that node; "": it did not tell
  std::string trouble{};            ///< why the log cannot be used, and what to do; "": nothing is known to be wrong
  std::uint64_t tail_restarts = 0;  ///< how often tail() had to begin anew behind what it had read
};

}  // namespace oneshot::cluster
