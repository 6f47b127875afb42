// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "settings/settings.hpp"

namespace oneshot::settings {

/// The value of an environment variable, or nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// That of this process. Ask it only while no thread sets variables.
[[nodiscard]] Environment process_environment();

/// Takes over PORT, USE_EXPLICIT_TIMESTAMPS (true or false, any case) and LOG_LEVEL (any case); an empty variable is
/// none. Errors name the variable: `environment variable PORT = "abc": must be a whole number from 0 to 65535`.
Result<void, std::string> apply_environment(Settings& settings, const Environment& environment);

}  // namespace oneshot::settings
