// SPDX-License-Identifier: MIT
#include "settings/reload.hpp"

#include <utility>

#include "settings/key.hpp"

namespace oneshot::settings {

Reload reload(const Settings& in_use, Settings read) {
  Reload result;
  for (const Key& key : keys()) {
    std::string before = key.toml(in_use);
    std::string now = key.toml(read);
    if (before == now) continue;
    std::string name = std::string(key.section) + '.' + std::string(key.name);
    if (key.live) {
      result.changed.push_back(std::move(name));
    } else {
      key.copy(read, in_use);
      result.postponed.push_back({std::move(name), std::move(before), std::move(now)});
    }
  }
  result.settings = std::move(read);
  return result;
}

}  // namespace oneshot::settings
