// SPDX-License-Identifier: MIT
#pragma once

namespace oneshot::service {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;  ///< the machine's state: port taken, no memory; or stopped in a hurry
inline constexpr int exit_usage = 2;   ///< a bad command line, environment or config file

}  // namespace oneshot::service
