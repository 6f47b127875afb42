// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/log.hpp"

/// Every setting with its built-in default; config/oneshot-metrics-server.toml shows the same to users.
/// Durations are decimal seconds in the file. An immutable snapshot of this is what the running parts hold.
namespace oneshot::settings {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Server {
  std::string host = "::";  ///< "::" is every address, IPv4 too (0.0.0.0 where IPv6 is off)
  std::uint16_t port = 8090;
  unsigned threads = 0;  ///< 0: one per core, at most 4
  unsigned max_connections = 4096;
  milliseconds header_timeout = seconds(10);
  milliseconds idle_timeout = seconds(330);  ///< above the five minutes that Prometheus keeps a connection
  milliseconds stop_timeout = seconds(10);   ///< stop_seconds
};

enum class Repeats : std::uint8_t { count, last, sum };

struct Events {
  std::string metric = "events_to_metrics";
  bool use_explicit_timestamps = false;
  milliseconds timestamp_max_age = seconds(3000);
  Repeats repeats = Repeats::count;
  unsigned max_event_bytes = 16384;  ///< decoded names and values of one event
};

struct Scrapers {
  std::vector<std::string> names;  ///< known from the start, never forgotten
  milliseconds forget_after = seconds(3600);
  unsigned max = 64;  ///< unnamed ones
  milliseconds startup_hold = seconds(600);
  std::uint64_t max_events_per_scrape = 10000;
  std::vector<Network> allow;            ///< who may scrape; default 0.0.0.0/0 and ::/0
  std::vector<Network> trusted_proxies;  ///< default 127.0.0.0/8 and ::1/128
};

enum class WhenFull : std::uint8_t { drop_oldest, reject };
enum class Sync : std::uint8_t { none, interval, always };

struct Storage {
  std::string path;  ///< empty: memory only
  unsigned capacity_mib = 64;
  WhenFull when_full = WhenFull::drop_oldest;
  Sync sync = Sync::interval;
};

struct Log {
  log::Level level = log::Level::info;
};

struct Settings {
  Server server;
  Events events;
  Scrapers scrapers;
  Storage storage;
  Log log;
};

/// The built-in defaults, networks filled in.
[[nodiscard]] Settings defaults();

}  // namespace oneshot::settings
