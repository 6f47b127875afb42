// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// What the program says. What was asked for goes to standard output, what is wrong to standard error, in one line.
namespace oneshot::ctl {

/// exit_ok, or exit_failed where standard output takes no more.
int print(std::string_view text);
/// A line on standard error.
void complain(std::string_view why);

/// The same as a result: exit_failed, exit_usage.
int fail(std::string_view why);
int refuse(std::string_view why);

}  // namespace oneshot::ctl
