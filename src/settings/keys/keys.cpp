// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "base/host_name.hpp"
#include "base/text.hpp"
#include "settings/key/checks.hpp"
#include "settings/key/key.hpp"
#include "settings/key/key_kinds.hpp"
#include "settings/key/rights_key.hpp"

// The ranges end where a larger value could only be a mistake, or would not work.

namespace oneshot::settings {

namespace {

Result<std::string> make_name(const std::string& name, const std::vector<std::string>& so_far) {
  if (const auto good = check_scraper_name(name); !good) return Unexpected{good.error()};
  if (std::find(so_far.begin(), so_far.end(), name) != so_far.end()) {
    return Unexpected{"every name must be there only once"};
  }
  return name;
}

Result<std::string> make_host(const std::string& host, const std::vector<std::string>&) {
  if (Address::parse(host) || (!host.empty() && has_host_bytes_only(host))) return host;
  return Unexpected{std::string("must be a name or an IP address without a port, such as events.example")};
}

Result<Network> make_network(const std::string& network, const std::vector<Network>&) {
  auto parsed = Network::parse(network);
  // The error begins with the network, which the message about the value names anyway.
  if (!parsed) return Unexpected{parsed.error().substr(printable(network).size() + 2)};
  return parsed;
}
std::string network_text(const Network& network) { return network.text(); }

Result<std::string> make_plain_label(const std::string& name, const std::vector<std::string>&) {
  if (name == "time" || name == "timestamp" || name == "ttl") return name;
  return Unexpected{must_be_one_of({"time", "timestamp", "ttl"})};
}

// Order of the arguments: table, key, range or check, member. The example file says what each key means.
using App = app::Options;
using Cluster = cluster::Options;
using Event = event::Options;
using Net = net::Options;
using Queue = queue::Options;
using Storage = storage::Options;
using app::Gzip;
using event::LabelNames;
using event::LongValues;
using event::Repeats;
using event::SenderTime;
using log::Level;
using queue::WhenFull;
using storage::Sync;

constexpr double day = 86400;

Result<void, std::string> check_cluster_name(std::string_view name) {
  if (name.empty()) return Unexpected{std::string("must not be empty: replicas with one name are one cluster")};
  return check_subject_part(name);
}

std::vector<Key> keys_of_server() {
  return {
      at_start(text("server", "host", check_host, &Net::host)),
      at_start(whole_number("server", "port", 0, 65535, &Net::port)),
      rights("server", "rights", &App::rights),
      text("server", "web_config_file", check_path, &Settings::web_config_file),
      at_start(whole_number("server", "threads", 0, 64, &Net::threads)),
      whole_number("server", "max_connections", 1, 1'000'000, &Net::max_connections),
      whole_number("server", "max_connections_per_peer", 0, 1'000'000, &Net::max_connections_per_peer),
      whole_number("server", "max_memory_mib", 8, 1'048'576, &Net::max_memory_mib),
      duration("server", "header_timeout_seconds", 0.1, 3600, &Net::header_timeout),
      duration("server", "idle_timeout_seconds", 1, day, &Net::idle_timeout),
      duration("server", "stop_seconds", 0, 3600, &Net::stop_timeout),
      list("server", "allowed_hosts", "host names", make_host, same_text, &App::allowed_hosts),
      choice("server", "gzip", &App::gzip, {{"auto", Gzip::automatic}, {"off", Gzip::off}}),
  };
}

std::vector<Key> keys_of_events() {
  return {
      text("events", "metric", check_metric, &App::metric),
      at_start(flag("events", "use_explicit_timestamps", &Queue::explicit_timestamps)),
      // Prometheus refuses samples that are an hour older than its newest one; the rest is for slow scrapes.
      duration("events", "timestamp_max_age_seconds", 1, 3500, &App::timestamp_max_age),
      choice("events", "repeats", &Event::repeats,
             {{"count", Repeats::count}, {"last", Repeats::last}, {"sum", Repeats::sum}}),
      whole_number("events", "max_event_bytes", 64, 65536, &Event::max_event_bytes),
      choice("events", "label_names", &Event::label_names,
             {{"strict", LabelNames::strict}, {"replace", LabelNames::replace}}),
      list("events", "plain_labels", "names", make_plain_label, same_text, &Event::plain_labels),
      choice("events", "sender_time", &Event::sender_time,
             {{"keep", SenderTime::keep}, {"refuse", SenderTime::refuse}}),
      limit("events", "max_labels", 1, 10'000, &Event::max_labels),
      limit("events", "max_label_name_bytes", 1, 65536, &Event::max_label_name_bytes),
      limit("events", "max_label_value_bytes", 16, 65536, &Event::max_label_value_bytes),
      choice("events", "long_values", &Event::long_values,
             {{"reject", LongValues::reject}, {"truncate", LongValues::truncate}}),
      at_start(whole_number("events", "idempotency_keys", 0, 1'048'576, &Storage::idempotency_keys)),
      duration("events", "idempotency_seconds", 1, 365 * day, &Queue::idempotency),
      whole_number("events", "rate_limit", 0, 1'000'000, &App::rate_limit),
      whole_number("events", "rate_burst", 1, 10'000'000, &App::rate_burst),
      whole_number("events", "max_series_per_hour", 0, 1'000'000, &App::max_series_per_hour),
      list("events", "counter_labels", "label names", take_counter_label, same_text, &App::counter_labels),
      whole_number("events", "counter_series", 0, 100'000, &App::counter_series),
  };
}

std::vector<Key> keys_of_scrapers() {
  return {
      list("scrapers", "names", "names", make_name, same_text, &Queue::names),
      duration("scrapers", "forget_after_seconds", 1, 365 * day, &Queue::forget_after),
      whole_number("scrapers", "max", 0, 10'000, &Queue::max_unnamed),
      duration("scrapers", "startup_hold_seconds", 0, day, &Queue::startup_hold),
      whole_number("scrapers", "max_events_per_scrape", 1, 100'000'000, &Queue::max_events_per_scrape),
      whole_number("scrapers", "max_scrape_bytes", 65'536, 1'073'741'824, &Queue::max_scrape_bytes),
      list("scrapers", "allow", "IP addresses and networks", make_network, network_text, &App::allow),
      list("scrapers", "trusted_proxies", "IP addresses and networks", make_network, network_text,
           &App::trusted_proxies),
      text("scrapers", "forwarded_header", check_header_name, &App::forwarded_header),
  };
}

std::vector<Key> keys_of_storage() {
  return {
      at_start(text("storage", "path", check_path, &Storage::path)),
      at_start(mebibytes("storage", "capacity_mib", 1, 1'048'576, &Storage::capacity_bytes)),
      at_start(choice("storage", "when_full", &Queue::when_full,
                      {{"drop_oldest", WhenFull::drop_oldest}, {"reject", WhenFull::reject}})),
      at_start(choice("storage", "sync", &Storage::sync,
                      {{"none", Sync::none}, {"interval", Sync::interval}, {"always", Sync::always}})),
  };
}

std::vector<Key> keys_of_history() {
  return {
      duration("history", "seconds", 0, day, &Queue::history),
      mebibytes("history", "max_mib", 0, 524'288, &Queue::history_bytes),
      flag("history", "senders", &Queue::keep_senders),
  };
}

Result<std::string> make_engine_url(const std::string& url, const std::vector<std::string>&) {
  if (const auto good = check_engine_url(url); !good) return Unexpected{good.error()};
  return url;
}

std::vector<Key> keys_of_cluster() {
  return {
      at_start(list("cluster", "servers", "addresses", make_engine_url, same_text, &Cluster::servers)),
      at_start(text("cluster", "name", check_cluster_name, &Cluster::name)),
      at_start(text("cluster", "replica", check_subject_part, &Cluster::replica)),
      at_start(whole_number("cluster", "copies", 1, 5, &Cluster::copies)),
      at_start(duration("cluster", "timeout_seconds", 0.5, 600, &Cluster::timeout)),
      at_start(text("cluster", "credentials_file", check_path, &Cluster::credentials_file)),
      at_start(text("cluster", "user", check_path, &Cluster::user)),
      at_start(text("cluster", "password_file", check_path, &Cluster::password_file)),
      at_start(text("cluster", "tls_ca_file", check_path, &Cluster::tls_ca_file)),
      at_start(text("cluster", "tls_cert_file", check_path, &Cluster::tls_cert_file)),
      at_start(text("cluster", "tls_key_file", check_path, &Cluster::tls_key_file)),
  };
}

std::vector<Key> keys_of_log() {
  return {
      // "warning", as other programs call it, is "warn"; the first of two words is the one that is shown.
      choice("log", "level", &Settings::log_level,
             {{"error", Level::error},
              {"warn", Level::warn},
              {"warning", Level::warn},
              {"info", Level::info},
              {"debug", Level::debug}}),
      choice("log", "format", &Settings::log_format, {{"logfmt", log::Format::logfmt}, {"json", log::Format::json}}),
  };
}

std::vector<Key> make_keys() {
  std::vector<Key> all;
  for (const auto& section : {keys_of_server, keys_of_events, keys_of_scrapers, keys_of_storage, keys_of_history,
                              keys_of_cluster, keys_of_log}) {
    std::vector<Key> some = section();
    std::ranges::move(some, std::back_inserter(all));
  }
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
