// SPDX-License-Identifier: MIT
#pragma once

namespace oneshot::ctl {

/// The exit statuses, as --help and the manual page list them.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;  ///< what was asked for was refused, or could not be done
inline constexpr int exit_usage = 2;   ///< what was asked for makes no sense

}  // namespace oneshot::ctl
