// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace oneshot::settings {

/// Appends a line for each key that was set and does nothing beside the others: who wrote it relies on it.
void warn_of_keys_without_effect(const Settings& settings, std::vector<std::string>& found);

}  // namespace oneshot::settings
