// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace oneshot {

/// Marks a moment at which a kill must cost nothing. In builds with -Dcrash_points=true the environment variable
/// ONESHOT_CRASH_AT=NAME:N ends the process by SIGKILL when it passes the point NAME for the N-th time, and the crash
/// suite does that at every point; in all other builds this is nothing. Any thread.
#ifdef ONESHOT_CRASH_POINTS
void crash_point(std::string_view name) noexcept;
#else
constexpr void crash_point(std::string_view) noexcept {}
#endif

}  // namespace oneshot
