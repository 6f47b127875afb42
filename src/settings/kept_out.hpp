// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace oneshot::settings {

/// Appends a line for what nobody can do by these settings, post or scrape, and for a door that is open to everybody
/// although a key looks as if it were shut.
void warn_of_who_is_kept_out(const Settings& settings, std::vector<std::string>& found);

}  // namespace oneshot::settings
