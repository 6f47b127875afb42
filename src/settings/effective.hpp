// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "settings/settings.hpp"
#include "settings/sources/command_line.hpp"
#include "settings/sources/environment.hpp"

namespace oneshot::settings {

/// The settings in effect: the command line goes before the environment, that before the config file, that
/// before the built-in defaults. Without `--config` no file is read. An error is one line for the user; the
/// program then ends with status 2.
[[nodiscard]] Result<Settings> load(const CommandLine& command_line, const Environment& environment);

/// Every key as TOML, for `--print-config`; loads back as the same settings.
[[nodiscard]] std::string render_toml(const Settings& settings);

}  // namespace oneshot::settings
