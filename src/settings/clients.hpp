// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "settings/settings.hpp"
#include "settings/sources/environment.hpp"

namespace oneshot::settings {

/// Reads the token of each client out of its file, and makes the directory that the endpoints go by, together with
/// Settings::basic_users. The error is one line, `[clients.ci] token_file: /run/ci: cannot be read: No such file or
/// directory`, without a secret in it. Blocks while it reads.
[[nodiscard]] Result<void, std::string> make_clients(Settings& settings, const Environment& environment);
/// The same with the tokens as they were read before: for a web config that has changed alone.
[[nodiscard]] Result<void, std::string> make_directory(Settings& settings);

}  // namespace oneshot::settings
