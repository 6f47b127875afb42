// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "settings/settings.hpp"

namespace oneshot::settings {

/// Reads the secret of each hook out of its file, and makes the hooks that the endpoints go by. The error is one line,
/// `[webhooks.github] secret_file: /run/secrets/github: cannot be read: No such file or directory`, without a secret in
/// it. Blocks while it reads.
[[nodiscard]] Result<void, std::string> make_hooks(Settings& settings);

/// The secret in a file: its text without the end of its line. Errors name the file.
[[nodiscard]] Result<std::string> read_secret(const std::string& path);

}  // namespace oneshot::settings
