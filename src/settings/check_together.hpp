// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "settings/settings.hpp"

namespace oneshot::settings {

/// What no key can see alone: two families of one exposition that would have one name, also in OpenMetrics, where the
/// counter of the metric "x" is called x_events.
[[nodiscard]] Result<void, std::string> check_together(const Settings& settings);

/// Once the web config is read: a listener that is to be encrypted, by its own words, needs a certificate.
[[nodiscard]] Result<void, std::string> check_encrypted(const Settings& settings);

}  // namespace oneshot::settings
