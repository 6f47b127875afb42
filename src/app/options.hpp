// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "event/options.hpp"
#include "ingest/hooks/hook.hpp"

namespace oneshot::app {

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

/// What the endpoints go by. All of it is live: each worker's router holds an immutable snapshot.
struct Options {
  std::string metric = "events_to_metrics";  ///< the name of all events' series
  std::chrono::milliseconds timestamp_max_age = std::chrono::seconds(3000);
  event::Options event;
  unsigned rate_limit = 0;           ///< events per second of each sender; 0: as many as it likes
  unsigned rate_burst = 10'000;      ///< how many of them at once, after a rest
  unsigned max_series_per_hour = 0;  ///< different ones, of all senders; 0: as many as there are
  Gzip gzip = Gzip::automatic;
  std::vector<Network> allow = networks({"0.0.0.0/0", "::/0"});  ///< who may scrape
  std::vector<Network> trusted_proxies = networks({"127.0.0.0/8", "::1/128"});
  ingest::Hooks hooks;  ///< of [webhooks.NAME]
};

}  // namespace oneshot::app
