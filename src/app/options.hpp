// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/client.hpp"
#include "access/directory.hpp"
#include "access/right.hpp"
#include "base/address.hpp"
#include "base/token_bucket.hpp"
#include "base/unix_path.hpp"
#include "event/options.hpp"
#include "ingest/hooks/hook.hpp"

namespace oneshot::app {

using access::all_rights;
using access::Right;
using access::right_names;
using access::Rights;

/// The networks of texts that are known to be right.
[[nodiscard]] inline std::vector<Network> networks(std::initializer_list<std::string_view> texts) {
  std::vector<Network> all;
  for (const std::string_view text : texts) all.push_back(Network::parse(text).value());
  return all;
}

/// Whether long expositions go out compressed.
enum class Gzip : std::uint8_t {
  automatic,  ///< to whoever accepts it
  off,
};

/// A metric that clients name in the path: the section [metrics.NAME].
struct MetricOptions {
  std::string help;                         ///< empty: what the default metric says
  std::optional<event::Repeats> repeats;    ///< none: as of all events
  std::vector<std::string> counter_labels;  ///< none: no counter
  friend bool operator==(const MetricOptions&, const MetricOptions&) = default;
};

/// One more address to listen at: the section [listeners.NAME].
struct ListenerOptions {
  std::string address;         ///< as HostPort::parse() takes it, or unix_path()
  Rights rights = all_rights;  ///< what can be done there at all, whoever asks; at a Unix socket never `scrape`
  std::optional<bool> tls{};   ///< see is_encrypted()
  std::string mode{};          ///< of a Unix socket: octal digits; empty: 0660
  std::string group{};         ///< of a Unix socket: whose its file is; empty: the program's own

  [[nodiscard]] bool is_unix() const noexcept { return unix_path(address).has_value(); }
  /// Where server.web_config_file says how.
  [[nodiscard]] bool is_encrypted() const noexcept { return tls.value_or(!is_unix()); }
  friend bool operator==(const ListenerOptions&, const ListenerOptions&) = default;
};

/// What the endpoints go by. All of it but the listeners is live: each worker's router holds an immutable snapshot.
struct Options {
  std::string metric = "events_to_metrics";  ///< of the events for which no client named one
  std::vector<std::pair<std::string, MetricOptions>>
      metrics;                              ///< those that clients may name, in the order of the file
  std::vector<std::string> counter_labels;  ///< of the default metric's counter; none: no counter
  std::size_t counter_series = 1000;        ///< of the counters of all metrics together
  std::chrono::milliseconds timestamp_max_age = std::chrono::seconds(3000);
  event::Options event;
  unsigned rate_limit = 0;           ///< events per second of each sender; 0: as many as it likes
  unsigned rate_burst = 10'000;      ///< how many of them at once, after a rest
  unsigned max_series_per_hour = 0;  ///< different ones, of all senders; 0: as many as there are
  Gzip gzip = Gzip::automatic;
  std::vector<Network> allow = networks({"0.0.0.0/0", "::/0"});  ///< who may scrape
  std::vector<Network> trusted_proxies;                          ///< whose `forwarded_header` is believed
  std::string forwarded_header = "X-Forwarded-For";
  std::vector<std::string> allowed_hosts;                          ///< what a Host header may name; none: anything
  Rights rights = all_rights;                                      ///< of who comes by server.host and server.port
  TokenRate requests;                                              ///< of all clients together
  std::vector<std::pair<std::string, ListenerOptions>> listeners;  ///< in the order of the file
  ingest::Hooks hooks;                                             ///< of [webhooks.NAME]
  /// Of [clients.NAME]. Null: nobody is told from others, and everybody has all rights but `admin`.
  std::shared_ptr<const access::Directory> directory;
};

/// How old the time of a sender may make a sample that is stored now. That leaves a minute, or less where the age is
/// short, to the next scrape: what is older than timestamp_max_age by then moves to that age in each scrape anew, and
/// of a series that got thousands of old events at once, one scrape would then have some with times of the one before.
[[nodiscard]] inline std::chrono::milliseconds oldest_sent(const Options& options) noexcept {
  constexpr std::chrono::milliseconds longest = std::chrono::minutes(1);
  return options.timestamp_max_age - std::min(longest, options.timestamp_max_age / 10);
}

}  // namespace oneshot::app
