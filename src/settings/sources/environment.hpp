// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "settings/settings.hpp"

namespace oneshot::settings {

/// The value of an environment variable, or nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// That of this process. Ask it only while no thread sets variables.
[[nodiscard]] Environment process_environment();

/// The names of this process's variables. As process_environment().
[[nodiscard]] std::vector<std::string> process_variables();

/// Takes over ONESHOT__SECTION__KEY for each key of the table, over PORT, USE_EXPLICIT_TIMESTAMPS (true or false, any
/// case) and LOG_LEVEL (any case), which are shorter names of three. An empty variable is none; a list has commas
/// between its elements. The error has a line for each variable at fault: `environment variable PORT = "abc": must be a
/// whole number from 0 to 65535`.
Result<void, std::string> apply_environment(Settings& settings, const Environment& environment);

/// The variables that apply_environment() would take over, in the order in which it does.
[[nodiscard]] std::vector<std::string> used_variables(const Environment& environment);

/// A line for each of these names that begins as a setting and is none, with what may be meant; empty: there is none.
[[nodiscard]] std::string unknown_variables(const std::vector<std::string>& names);

}  // namespace oneshot::settings
