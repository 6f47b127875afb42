// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "settings/sources/environment.hpp"

namespace oneshot::settings {

/// The path of a file that holds a secret: `$CREDENTIALS_DIRECTORY` in front of it is the folder in which systemd shows
/// a service what the LoadCredential= of its unit names (systemd.exec(5)). The error says so where there is no such
/// folder.
[[nodiscard]] Result<std::string> expand_credentials_directory(const std::string& path, const Environment& environment);

}  // namespace oneshot::settings
