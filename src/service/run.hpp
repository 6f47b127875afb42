// SPDX-License-Identifier: MIT
#pragma once

namespace oneshot::service {

/// The whole program: reads its settings, then either tells about itself (--help, --version, --check-config,
/// --print-config) or serves until SIGTERM or SIGINT. Gives the exit status (exit_status.hpp).
/// Throws what only the start can throw.
int run(int argc, const char* const* argv);

}  // namespace oneshot::service
