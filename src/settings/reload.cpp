// SPDX-License-Identifier: MIT
#include "settings/reload.hpp"

#include <utility>

#include "settings/key.hpp"

namespace oneshot::settings {
namespace {

/// All of it is live.
void note_confirmations(const confirm::OptionsByScraper& before, const confirm::OptionsByScraper& now,
                        std::vector<std::string>& changed) {
  for (const auto& [scraper, options] : before)
    if (!now.contains(scraper)) changed.push_back("confirm." + scraper);
  for (const auto& [scraper, options] : now) {
    const auto found = before.find(scraper);
    if (found == before.end()) {
      changed.push_back("confirm." + scraper);
      continue;
    }
    for (const ConfirmKey& key : confirm_keys())
      if (key.toml(found->second) != key.toml(options))
        changed.push_back("confirm." + scraper + '.' + std::string(key.name));
    if (found->second.headers != options.headers) changed.push_back("what confirm." + scraper + ".header_file holds");
  }
}

}  // namespace

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
  note_confirmations(in_use.confirm, read.confirm, result.changed);
  result.settings = std::move(read);
  return result;
}

}  // namespace oneshot::settings
