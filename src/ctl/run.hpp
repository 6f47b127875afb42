// SPDX-License-Identifier: MIT
#pragma once

/// oneshotctl: what an operator or a script does at a terminal. A program of its own, which the server knows nothing
/// of.
namespace oneshot::ctl {

/// The program, but for main(): finds the command, and answers --help and --version. Returns the exit status.
int run(int argc, const char* const* argv);

}  // namespace oneshot::ctl
