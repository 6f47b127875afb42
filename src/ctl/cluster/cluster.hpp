// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/value.hpp"

namespace oneshot::ctl {

/// The cluster of a server, as its status tells of it (docs/api.md, "The cluster").
struct Cluster {
  struct Replica {
    std::string name;
    std::string version;
    std::int64_t heard_unix_ms = 0;
    bool silent = false;
  };
  std::string name;
  std::string replica;  ///< the server that was asked
  bool settings_differ = false;
  bool connected = false;
  std::string node;            ///< of the engine; "": there was no connection
  std::string engine_version;  ///< "": not told
  std::string trouble;         ///< why the log cannot be used, and what to do; "": nothing is known to be wrong
  std::int64_t applied = 0;
  double lag_seconds = 0;
  std::vector<Replica> replicas;

  /// "connected to 10.0.0.1:4222 (nats-server 2.10.27)"; "NO connection to the engine (the last one was to ...)"
  [[nodiscard]] std::string engine() const;
};

/// Nothing: the server is a single one.
[[nodiscard]] std::optional<Cluster> cluster_of(const json::Value& status);

}  // namespace oneshot::ctl
