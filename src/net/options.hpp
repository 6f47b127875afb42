// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace oneshot::net {

/// Where a server listens, and how patient it is. The config file gives durations in decimal seconds.
struct Options {
  std::string host = "::";    ///< "::" is every address, IPv4 too (0.0.0.0 where IPv6 is off)
  std::uint16_t port = 8090;  ///< 0: any free one
  unsigned threads = 0;       ///< workers; 0: one per core, at most 4 (service::worker_count)
  unsigned max_connections = 4096;
  unsigned max_connections_per_peer = 1024;  ///< of one IPv4 address or one IPv6 /64; 0: no limit
  std::vector<Network> unlimited_peers;      ///< for whom that does not hold: proxies, behind which there are many
  unsigned max_memory_mib = 256;             ///< http::MemoryBudget: of all connections, beyond the fixed share of each
  std::string reply_headers;                 ///< whole lines, "Name: value\r\n" each, of every answer
  std::chrono::milliseconds header_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(330);  ///< above Prometheus' five minutes
  std::chrono::milliseconds stop_timeout = std::chrono::seconds(10);
};

}  // namespace oneshot::net
