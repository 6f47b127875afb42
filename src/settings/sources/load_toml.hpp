// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "settings/settings.hpp"

/// The config file. Every key in it must be known, and every value allowed, so that a misspelt key does not go unseen.
/// Every error is a line that begins with the file and its line, in the order of the file; of more than twenty the last
/// line says how many there are:
///
///     FILE:3: [server] prot: unknown key; did you mean "port"?
///     FILE:4: [server] port = 70000: must be a whole number from 0 to 65535
///     FILE: cannot be read: No such file or directory
namespace oneshot::settings {

/// What the file says, over `base`. Blocks while it reads; for the start and for reloads.
[[nodiscard]] Result<Settings> load_toml(const std::string& path, Settings base);

/// The same from a text; `name` stands for the file in errors.
[[nodiscard]] Result<Settings> parse_toml(std::string_view text, std::string_view name, Settings base);

}  // namespace oneshot::settings
