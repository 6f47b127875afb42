// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "settings/settings.hpp"

/// What is allowed, and hardly what somebody meant: a line for each.
namespace oneshot::settings {

/// For --check-config, the start and a reload.
[[nodiscard]] std::vector<std::string> warnings(const Settings& settings);

/// For --check-config, which may look at a config for another machine, or before its folders are made: what a start
/// here and now would end with.
[[nodiscard]] std::vector<std::string> warnings_about_here(const Settings& settings);

}  // namespace oneshot::settings
