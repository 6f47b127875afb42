// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "service/open_queue.hpp"

namespace oneshot::service {

/// One of the two programs that there are of this server.
struct Program {
  std::string_view name;  ///< "oneshot-metrics-server"
  OpenQueue open_queue;
  CheckQueue check_queue{};  ///< for --check-config; none: there is nothing to check
  /// It can be one of several replicas; the other one runs this one in its place where [cluster] asks for it.
  bool is_for_clusters = false;
};

/// The whole program: reads its settings, then either tells about itself (--help, --version, --check-config,
/// --print-config) or serves until SIGTERM or SIGINT. Gives the exit status (exit_status.hpp).
int run(const Program& program, int argc, char* const* argv);

}  // namespace oneshot::service
