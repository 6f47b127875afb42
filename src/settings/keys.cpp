// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/url.hpp"
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
Result<void, std::string> check_host(std::string_view host) {
  constexpr std::size_t longest = 253;  // of a DNS name
  if (!host.empty() && host.size() <= longest && consists_of(host, {letters, digits, ".:%_-"})) return {};
  return Unexpected{"must be an IP address such as \"::\" or \"127.0.0.1\", or a host name"};
}

Result<void, std::string> check_metric(std::string_view metric) {
  constexpr std::size_t longest = 200;
  if (metric.empty() || metric.size() > longest || !consists_of(metric, {letters, digits, "_:"}) ||
      consists_of(metric.substr(0, 1), {digits})) {
    return Unexpected{"must be a metric name: 1 to 200 letters, digits, _ and :, the first one no digit"};
  }
  if (metric == "events_to_metrics_event_count" || metric == "events_to_metrics_scraper_counts" ||
      metric.starts_with("oneshot_") || metric.starts_with("process_")) {
    return Unexpected{
        "must not be one of the server's own metrics: events_to_metrics_event_count, "
        "events_to_metrics_scraper_counts, oneshot_* and process_*"};
  }
  return {};
}

Result<void, std::string> check_path(std::string_view path) {
  if (path.find('\0') == std::string_view::npos) return {};
  return Unexpected{"must be a file name without zero bytes, or empty"};
}

Result<void, std::string> check_url(std::string_view url) {
  const Result<Url> parsed = Url::parse(url);
  if (!parsed) return Unexpected{parsed.error()};
  return {};
}

Result<std::string> make_name(const std::string& name, const std::vector<std::string>& so_far) {
  if (const auto good = check_scraper_name(name); !good) return Unexpected{good.error()};
  if (std::find(so_far.begin(), so_far.end(), name) != so_far.end()) {
    return Unexpected{"every name must be there only once"};
  }
  return name;
}

Result<Network> make_network(const std::string& network, const std::vector<Network>&) {
  auto parsed = Network::parse(network);
  // The error begins with the network, which the message about the value names anyway.
  if (!parsed) return Unexpected{parsed.error().substr(printable(network).size() + 2)};
  return parsed;
}
std::string network_text(const Network& network) { return network.text(); }
std::string same_text(const std::string& name) { return name; }

// Order of the arguments: table, key, range or check, member. README and the example file say what each key means.
std::vector<Key> make_keys() {
  using App = app::Options;
  using Event = event::Options;
  using Level = log::Level;
  using Net = net::Options;
  using Queue = queue::Options;
  using Storage = storage::Options;
  using app::Gzip;
  using event::Repeats;
  using queue::WhenFull;
  using storage::Sync;
  constexpr double day = 86400;
  return {
      at_start(text("server", "host", check_host, &Net::host)),
      at_start(whole_number("server", "port", 0, 65535, &Net::port)),
      at_start(whole_number("server", "threads", 0, 64, &Net::threads)),
      whole_number("server", "max_connections", 1, 1'000'000, &Net::max_connections),
      whole_number("server", "max_body_memory_mib", 1, 4096, &Net::max_body_memory_mib),
      duration("server", "header_timeout_seconds", 0.1, 3600, &Net::header_timeout),
      duration("server", "idle_timeout_seconds", 1, day, &Net::idle_timeout),
      duration("server", "stop_seconds", 0, 3600, &Net::stop_timeout),
      choice("server", "gzip", &App::gzip, {{"auto", Gzip::automatic}, {"off", Gzip::off}}),

      text("events", "metric", check_metric, &App::metric),
      at_start(flag("events", "use_explicit_timestamps", &Queue::explicit_timestamps)),
      // Prometheus refuses samples that are an hour older than its newest one; the rest is for slow scrapes.
      duration("events", "timestamp_max_age_seconds", 1, 3500, &App::timestamp_max_age),
      choice("events", "repeats", &Event::repeats,
             {{"count", Repeats::count}, {"last", Repeats::last}, {"sum", Repeats::sum}}),
      whole_number("events", "max_event_bytes", 64, 65536, &Event::max_event_bytes),

      list("scrapers", "names", "names", make_name, same_text, &Queue::names),
      duration("scrapers", "forget_after_seconds", 1, 365 * day, &Queue::forget_after),
      whole_number("scrapers", "max", 0, 10'000, &Queue::max_unnamed),
      duration("scrapers", "startup_hold_seconds", 0, day, &Queue::startup_hold),
      whole_number("scrapers", "max_events_per_scrape", 1, 100'000'000, &Queue::max_events_per_scrape),
      whole_number("scrapers", "max_scrape_bytes", 65'536, 1'073'741'824, &Queue::max_scrape_bytes),
      list("scrapers", "allow", "IP addresses and networks", make_network, network_text, &App::allow),
      list("scrapers", "trusted_proxies", "IP addresses and networks", make_network, network_text,
           &App::trusted_proxies),

      at_start(text("storage", "path", check_path, &Storage::path)),
      at_start(mebibytes("storage", "capacity_mib", 1, 1'048'576, &Storage::capacity_bytes)),
      at_start(choice("storage", "when_full", &Queue::when_full,
                      {{"drop_oldest", WhenFull::drop_oldest}, {"reject", WhenFull::reject}})),
      at_start(choice("storage", "sync", &Storage::sync,
                      {{"none", Sync::none}, {"interval", Sync::interval}, {"always", Sync::always}})),

      choice("log", "level", &Settings::log_level,
             {{"error", Level::error}, {"warn", Level::warn}, {"info", Level::info}, {"debug", Level::debug}}),
  };
}

std::vector<ConfirmKey> make_confirm_keys() {
  using confirm::Kind;
  using confirm::Options;
  using confirm::Unreachable;
  constexpr std::string_view section = confirm_section;
  return {
      text(section, "url", check_url, &Options::url),
      choice(section, "kind", &Options::kind,
             {{"prometheus", Kind::prometheus}, {"victoriametrics", Kind::victoriametrics}}),
      text(section, "header_file", check_path, &Options::header_file),
      duration(section, "timeout_seconds", 0.1, 60, &Options::timeout),
      duration(section, "patience_seconds", 0, 600, &Options::patience),
      duration(section, "recheck_seconds", 0, 3600, &Options::recheck),
      choice(section, "unreachable", &Options::unreachable, {{"wait", Unreachable::wait}, {"tcp", Unreachable::tcp}}),
  };
}

}  // namespace

Result<void, std::string> check_scraper_name(std::string_view name) {
  constexpr std::size_t longest = 128;
  if (!name.empty() && name.size() <= longest && consists_of(name, {letters, digits, "_.:-"})) return {};
  return Unexpected{"a scraper's name must be 1 to 128 letters, digits, _ . : and -"};
}

const std::vector<ConfirmKey>& confirm_keys() {
  static const std::vector<ConfirmKey> all = make_confirm_keys();
  return all;
}

std::string confirm_title(std::string_view scraper) {
  const bool bare = !scraper.empty() && consists_of(scraper, {letters, digits, "_-"});
  return "[confirm." + (bare ? std::string(scraper) : toml_text(scraper)) + ']';
}

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
