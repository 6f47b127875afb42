// SPDX-License-Identifier: MIT
#pragma once

/// oneshotctl: what an operator does at a terminal. A program of its own, which the server knows nothing of.
namespace oneshot::ctl {

/// The exit statuses, as --help and the manual page list them.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;  ///< what was asked for could not be done
inline constexpr int exit_usage = 2;   ///< what was asked for makes no sense

/// The program, but for main(). What was asked for goes to stdout, what is wrong to stderr, in one line.
int run(int argc, const char* const* argv);

}  // namespace oneshot::ctl
