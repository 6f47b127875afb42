// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "settings/key.hpp"
#include "settings/key_kinds.hpp"

// The ranges end where a larger value could only be a mistake, or would not work.

namespace oneshot::settings {

namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view digits = "0123456789";

bool consists_of(std::string_view text, std::initializer_list<std::string_view> sets) noexcept {
  return std::all_of(text.begin(), text.end(), [sets](char c) {
    return std::any_of(sets.begin(), sets.end(),
                       [c](std::string_view set) { return set.find(c) != std::string_view::npos; });
  });
}

/// Loose, since only the machine knows which names it can look up.
std::optional<std::string> check_host(std::string_view host) {
  constexpr std::size_t longest = 253;  // of a DNS name
  if (!host.empty() && host.size() <= longest && consists_of(host, {letters, digits, ".:%_-"})) return std::nullopt;
  return "must be an IP address such as \"::\" or \"127.0.0.1\", or a host name";
}

std::optional<std::string> check_metric(std::string_view metric) {
  constexpr std::size_t longest = 200;
  if (metric.empty() || metric.size() > longest || !consists_of(metric, {letters, digits, "_:"}) ||
      consists_of(metric.substr(0, 1), {digits})) {
    return "must be a metric name: 1 to 200 letters, digits, _ and :, the first one no digit";
  }
  if (metric == "events_to_metrics_event_count" || metric == "events_to_metrics_scraper_counts" ||
      metric.starts_with("oneshot_") || metric.starts_with("process_")) {
    return "must not be one of the server's own metrics: events_to_metrics_event_count, "
           "events_to_metrics_scraper_counts, oneshot_* and process_*";
  }
  return std::nullopt;
}

std::optional<std::string> check_path(std::string_view path) {
  if (path.find('\0') == std::string_view::npos) return std::nullopt;
  return "must be a file name without zero bytes, or empty";
}

Result<std::string> make_name(const std::string& name, const std::vector<std::string>& so_far) {
  constexpr std::size_t longest = 128;
  if (name.empty() || name.size() > longest || !consists_of(name, {letters, digits, "_.:-"})) {
    return Unexpected{"a scraper's name must be 1 to 128 letters, digits, _ . : and -"};
  }
  if (std::find(so_far.begin(), so_far.end(), name) != so_far.end()) {
    return Unexpected{"every name must be there only once"};
  }
  return name;
}

Result<Network> make_network(const std::string& network, const std::vector<Network>&) {
  auto parsed = Network::parse(network);
  // The error begins with the network, which the complaint will name anyway.
  if (!parsed) return Unexpected{parsed.error().substr(printable(network).size() + 2)};
  return parsed;
}
std::string network_text(const Network& network) { return network.text(); }
std::string same_text(const std::string& name) { return name; }

std::vector<Key> make_keys() {
  constexpr double day = 86400;
  std::vector<Key> all;
  const auto add = [&all](Key key) { all.push_back(std::move(key)); };

  add(at_start(text(
      "server", "host", check_host, [](auto& s) -> auto& { return s.server.host; })));
  add(at_start(whole_number(
      "server", "port", 0, 65535, [](auto& s) -> auto& { return s.server.port; })));
  add(at_start(whole_number(
      "server", "threads", 0, 64, [](auto& s) -> auto& { return s.server.threads; })));
  add(whole_number(
      "server", "max_connections", 1, 1'000'000, [](auto& s) -> auto& { return s.server.max_connections; }));
  add(duration(
      "server", "header_timeout_seconds", 0.1, 3600, [](auto& s) -> auto& { return s.server.header_timeout; }));
  add(duration(
      "server", "idle_timeout_seconds", 1, day, [](auto& s) -> auto& { return s.server.idle_timeout; }));
  add(duration(
      "server", "stop_seconds", 0, 3600, [](auto& s) -> auto& { return s.server.stop_timeout; }));

  add(text(
      "events", "metric", check_metric, [](auto& s) -> auto& { return s.events.metric; }));
  add(at_start(flag(
      "events", "use_explicit_timestamps", [](auto& s) -> auto& { return s.events.use_explicit_timestamps; })));
  // Prometheus refuses samples that are an hour older than its newest one; the rest is for slow scrapes.
  add(duration(
      "events", "timestamp_max_age_seconds", 1, 3500, [](auto& s) -> auto& { return s.events.timestamp_max_age; }));
  add(choice<Repeats>(
      "events", "repeats", {{"count", Repeats::count}, {"last", Repeats::last}, {"sum", Repeats::sum}},
      [](auto& s) -> auto& { return s.events.repeats; }));
  add(whole_number(
      "events", "max_event_bytes", 64, 65536, [](auto& s) -> auto& { return s.events.max_event_bytes; }));

  add(list(
      "scrapers", "names", "names", make_name, same_text, [](auto& s) -> auto& { return s.scrapers.names; }));
  add(duration(
      "scrapers", "forget_after_seconds", 1, 365 * day, [](auto& s) -> auto& { return s.scrapers.forget_after; }));
  add(whole_number(
      "scrapers", "max", 0, 10'000, [](auto& s) -> auto& { return s.scrapers.max; }));
  add(duration(
      "scrapers", "startup_hold_seconds", 0, day, [](auto& s) -> auto& { return s.scrapers.startup_hold; }));
  add(whole_number(
      "scrapers", "max_events_per_scrape", 1, 100'000'000,
      [](auto& s) -> auto& { return s.scrapers.max_events_per_scrape; }));
  add(list(
      "scrapers", "allow", "IP addresses and networks", make_network, network_text,
      [](auto& s) -> auto& { return s.scrapers.allow; }));
  add(list(
      "scrapers", "trusted_proxies", "IP addresses and networks", make_network, network_text,
      [](auto& s) -> auto& { return s.scrapers.trusted_proxies; }));

  add(at_start(text(
      "storage", "path", check_path, [](auto& s) -> auto& { return s.storage.path; })));
  add(at_start(whole_number(
      "storage", "capacity_mib", 1, 1'048'576, [](auto& s) -> auto& { return s.storage.capacity_mib; })));
  add(at_start(choice<WhenFull>(
      "storage", "when_full", {{"drop_oldest", WhenFull::drop_oldest}, {"reject", WhenFull::reject}},
      [](auto& s) -> auto& { return s.storage.when_full; })));
  add(at_start(choice<Sync>(
      "storage", "sync", {{"none", Sync::none}, {"interval", Sync::interval}, {"always", Sync::always}},
      [](auto& s) -> auto& { return s.storage.sync; })));

  add(choice<log::Level>(
      "log", "level",
      {{"error", log::Level::error},
       {"warn", log::Level::warn},
       {"info", log::Level::info},
       {"debug", log::Level::debug}},
      [](auto& s) -> auto& { return s.log.level; }));
  return all;
}

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> all = make_keys();
  return all;
}

const Key* find_key(std::string_view section, std::string_view name) noexcept {
  for (const Key& key : keys()) {
    if (key.section == section && key.name == name) return &key;
  }
  return nullptr;
}

bool is_section(std::string_view name) noexcept {
  return std::any_of(keys().begin(), keys().end(), [name](const Key& key) { return key.section == name; });
}

}  // namespace oneshot::settings
