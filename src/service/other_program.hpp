// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::service {

/// The program that can be a replica of a cluster, which needs a library that the other one does without.
inline constexpr std::string_view cluster_program = "oneshot-metrics-server-cluster";

/// Runs the program of this name, which lies beside this one, in the place of this process: with the same arguments,
/// environment, process id and open sockets. Returns only where that fails: why, for people.
[[nodiscard]] std::string run_other_program(std::string_view name, char* const* argv);

}  // namespace oneshot::service
