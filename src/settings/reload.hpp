// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace oneshot::settings {

/// A key whose new value has to wait for the next start.
struct Postponed {
  std::string key;     ///< "server.port"
  std::string in_use;  ///< as TOML
  std::string read;    ///< likewise
};

/// What becomes of settings that were read anew while the program runs.
struct Reload {
  Settings settings;                 ///< to be used from now on
  std::vector<std::string> changed;  ///< keys that have another value now
  std::vector<Postponed> postponed;  ///< keys that keep theirs
};

/// Takes over what can change while the program runs.
[[nodiscard]] Reload reload(const Settings& in_use, Settings read);

}  // namespace oneshot::settings
