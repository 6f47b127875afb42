// SPDX-License-Identifier: MIT
#include "settings/check_together.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/host_port.hpp"
#include "settings/named_sections.hpp"

namespace oneshot::settings {
namespace {

constexpr std::size_t most_listeners = 32;

bool is_counter_of(std::string_view name, std::string_view metric) noexcept {
  if (!name.starts_with(metric)) return false;
  name.remove_prefix(metric.size());
  return name == "_events" || name == "_events_total";
}

/// `name`, which `where` has set, must not be what the counter of a metric is called.
Result<void, std::string> check_counters(const app::Options& app, std::string_view name, const std::string& where) {
  if (!app.counter_labels.empty() && is_counter_of(name, app.metric))
    return Unexpected{where + ": is the name of the counter of events.metric"};
  for (const auto& [metric, options] : app.metrics)
    if (!options.counter_labels.empty() && is_counter_of(name, metric))
      return Unexpected{where + ": is the name of the counter of " + section_title("metrics", metric)};
  return {};
}

bool same_place(const HostPort& a, const HostPort& b) noexcept {
  return a.port != 0 && a.port == b.port && a.host == b.host;
}

/// No address twice; but port 0 is another one each time.
Result<void, std::string> check_addresses(const Settings& settings) {
  std::vector<std::pair<HostPort, std::string>> taken{
      {{settings.net.host, settings.net.port}, "server.host and server.port"}};
  if (settings.app.listeners.size() > most_listeners)
    return Unexpected{"[listeners.NAME]: there may be " + std::to_string(most_listeners) + " at most"};
  for (const auto& [title, options] : settings.app.listeners) {
    const HostPort address = HostPort::parse(options.address).value();
    std::string where = section_title("listeners", title);
    for (const auto& [other, whose] : taken) {
      if (!same_place(address, other)) continue;
      where.append(": ").append(whose).append(" has this address already: choose another port");
      return Unexpected{std::move(where)};
    }
    taken.emplace_back(address, std::move(where));
  }
  return {};
}

}  // namespace

Result<void, std::string> check_together(const Settings& settings) {
  const app::Options& app = settings.app;
  if (auto good = check_addresses(settings); !good) return good;
  for (const auto& [metric, options] : app.metrics) {
    const std::string where = section_title("metrics", metric);
    if (metric == app.metric) return Unexpected{where + ": events.metric is called so: choose another name"};
    if (auto good = check_counters(app, metric, where); !good) return good;
  }
  return check_counters(app, app.metric, "events.metric = \"" + app.metric + '"');
}

}  // namespace oneshot::settings
