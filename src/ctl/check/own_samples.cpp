// SPDX-License-Identifier: MIT
#include "ctl/check/own_samples.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "access/client.hpp"
#include "settings/web/web_config.hpp"

namespace oneshot::ctl {
namespace {

/// The anonymous one counts as soon as there is another. A web config that cannot be read here adds nobody.
std::uint64_t samples_of_clients(const settings::Settings& settings) {
  std::set<std::string> names;
  for (const auto& [name, client] : settings.clients) names.insert(name);
  if (!settings.web_config_file.empty()) {
    const auto web = settings::read_web_config(settings.web_config_file);
    if (web)
      for (const auto& [name, hash] : web->users) names.insert(name);
  }
  if (!names.empty()) names.insert(std::string(access::anonymous_name));
  return names.size();
}

/// Each counter can have one series without labels beyond the limit, and all together count what found no room.
std::uint64_t samples_of_counters(const app::Options& app) {
  std::uint64_t counters = app.counter_labels.empty() ? 0 : 1;
  counters += static_cast<std::uint64_t>(
      std::ranges::count_if(app.metrics, [](const auto& one) { return !one.second.counter_labels.empty(); }));
  return counters == 0 ? 0 : counters + app.counter_series + 1;
}

}  // namespace

std::uint64_t samples_without_scrapers(const settings::Settings& settings) {
  return samples_of_server + samples_of_clients(settings) + samples_of_counters(settings.app) +
         samples_per_webhook * settings.webhooks.size() + samples_per_confirmation * settings.confirm.size() +
         (settings.cluster.is_on() ? samples_of_cluster : 0);
}

}  // namespace oneshot::ctl
