// SPDX-License-Identifier: MIT
#include "settings/check_together.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/host_port.hpp"
#include "base/unix_path.hpp"
#include "settings/key/key.hpp"
#include "settings/key/named_sections.hpp"

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

/// An address to listen at, and who has it.
struct Taken {
  HostPort tcp;
  std::string unix_socket;  // empty: by TCP
  std::string whose;
};

/// Port 0 is another one each time.
bool same_place(const Taken& a, const Taken& b) noexcept {
  if (!a.unix_socket.empty() || !b.unix_socket.empty()) return a.unix_socket == b.unix_socket;
  return a.tcp.port != 0 && a.tcp.port == b.tcp.port && a.tcp.host == b.tcp.host;
}

Taken place_of(const app::ListenerOptions& options, std::string whose) {
  if (const auto path = unix_path(options.address)) return {{}, std::string(*path), std::move(whose)};
  return {HostPort::parse(options.address).value(), {}, std::move(whose)};
}

/// What only one of the two kinds of addresses can have.
Result<void, std::string> check_kind(const app::ListenerOptions& options, const std::string& where) {
  const bool is_file = !options.mode.empty() || !options.group.empty();
  if (is_file && !options.is_unix())
    return Unexpected{where + (options.mode.empty() ? " group" : " mode") +
                      ": is for Unix sockets only: leave it out, or let address begin with \"unix:/\""};
  const bool asks_to_scrape = options.rights.has(app::Right::scrape) && options.rights != app::all_rights;
  if (asks_to_scrape && options.is_unix())
    return Unexpected{where +
                      " rights: \"scrape\" cannot be had at a Unix socket, which cannot take a batch back from a "
                      "scraper that gave up: let it scrape by TCP, such as address = \"127.0.0.1:8091\""};
  return {};
}

/// No address twice.
Result<void, std::string> check_addresses(const Settings& settings) {
  std::vector<Taken> taken{{{settings.net.host, settings.net.port}, {}, "server.host and server.port"}};
  if (settings.app.listeners.size() > most_listeners)
    return Unexpected{"[listeners.NAME]: there may be " + std::to_string(most_listeners) + " at most"};
  for (const auto& [title, options] : settings.app.listeners) {
    const std::string where = section_title("listeners", title);
    if (auto good = check_kind(options, where); !good) return good;
    Taken place = place_of(options, where);
    for (const Taken& other : taken)
      if (same_place(place, other))
        return Unexpected{where + ": " + other.whose + " has this address already: choose another " +
                          (options.is_unix() ? "path" : "port")};
    taken.push_back(std::move(place));
  }
  return {};
}

/// Without servers this is a single server: whoever says how a cluster is to be has forgotten them.
Result<void, std::string> check_no_cluster(const Settings& settings) {
  static const Settings defaults;
  for (const Key& key : keys()) {
    if (key.section != "cluster" || key.toml(settings) == key.toml(defaults)) continue;
    return Unexpected{"cluster." + std::string(key.name) +
                      " is set, but cluster.servers is not: name the engine's nodes there, such as "
                      "servers = [\"nats://n1.example:4222\"], or leave all of [cluster] out for a single server"};
  }
  return {};
}

/// What a cluster does not have, or has elsewhere.
Result<void, std::string> check_cluster(const Settings& settings) {
  const cluster::Options& cluster = settings.cluster;
  if (!cluster.is_on()) return check_no_cluster(settings);
  if (!settings.queue.storage.path.empty())
    return Unexpected{
        std::string("storage.path is for a single server, and cluster.servers is set: leave path out, "
                    "the cluster's log is on the engine's nodes")};
  if (settings.queue.storage.sync != storage::Options{}.sync)
    return Unexpected{
        std::string("storage.sync is for the file of a single server, and cluster.servers is set: leave sync out. When "
                    "the engine's nodes flush says sync_interval, under jetstream in their config")};
  if (settings.queue.explicit_timestamps)
    return Unexpected{
        std::string("events.use_explicit_timestamps is not to be had in a cluster yet: leave it out, or "
                    "leave cluster.servers out")};
  if (!settings.confirm.empty())
    return Unexpected{section_title("confirm", settings.confirm.begin()->first) +
                      ": a cluster does not ask the scrapers' APIs yet: leave the section out, or cluster.servers"};
  if (cluster.copies % 2 == 0)
    return Unexpected{std::string("cluster.copies must be 1, 3 or 5: with an even number the last one adds no safety")};
  if (cluster.user.empty() != cluster.password_file.empty())
    return Unexpected{std::string("cluster.user and cluster.password_file go together: set both, or neither")};
  if (cluster.tls_cert_file.empty() != cluster.tls_key_file.empty())
    return Unexpected{std::string("cluster.tls_cert_file and cluster.tls_key_file go together: set both, or neither")};
  return {};
}

}  // namespace

Result<void, std::string> check_together(const Settings& settings) {
  const app::Options& app = settings.app;
  if (auto good = check_addresses(settings); !good) return good;
  if (auto good = check_cluster(settings); !good) return good;
  for (const auto& [metric, options] : app.metrics) {
    const std::string where = section_title("metrics", metric);
    if (metric == app.metric) return Unexpected{where + ": events.metric is called so: choose another name"};
    if (auto good = check_counters(app, metric, where); !good) return good;
  }
  return check_counters(app, app.metric, "events.metric = \"" + app.metric + '"');
}

Result<void, std::string> check_encrypted(const Settings& settings) {
  if (settings.web.config.has_tls) return {};
  const std::string why = settings.web_config_file.empty()
                              ? "there is no server.web_config_file: name one with tls_server_config in it"
                              : "server.web_config_file has no certificate: write tls_server_config into it";
  for (const auto& [title, options] : settings.app.listeners)
    if (options.tls.value_or(false))
      return Unexpected{section_title("listeners", title) + " tls = true: " + why +
                        ", or leave tls out for plain HTTP"};
  return {};
}

}  // namespace oneshot::settings
