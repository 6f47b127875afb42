// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oneshot::queue {

/// A replica that has joined its cluster and not left it, as the log says.
struct JoinedReplica {
  std::string name{};
  std::string version{};
  std::int64_t heard_unix_ms = 0;  ///< when its last record was stored, by the engine's clock
  bool is_silent = false;          ///< for longer than a replica that works ever is
};

/// What keeps the log of a cluster, as this replica sees it.
struct EngineStatistics {
  bool is_connected = false;
  std::string node{};               ///< "10.0.0.1:4222": the one that the last connection led to; "": there was none
  std::string version{};            ///< of that node; "": it did not tell
  std::string trouble{};            ///< why the log cannot be used, and what to do; "": nothing is known to be wrong
  std::uint64_t tail_restarts = 0;  ///< how often the reading of the log had to begin anew
};

/// Of an engine that keeps its log on other machines, together with other programs like this one.
struct ClusterStatistics {
  std::string name{};            ///< of the cluster
  std::string replica{};         ///< the name of this one
  std::string version{};         ///< of this program
  bool settings_differ = false;  ///< from those that all act by
  EngineStatistics engine{};
  std::vector<JoinedReplica> replicas{};  ///< in order of name, this one included
  std::uint64_t applied = 0;              ///< the place in the log up to which this one has read
  std::uint64_t repeats = 0;              ///< records that came twice, and were dropped
  std::uint64_t in_flight = 0;            ///< records of this one that it has not read back
  double lag_seconds = 0;                 ///< age of the oldest of them; 0: none
  std::uint64_t waiting_bytes = 0;        ///< of events that wait for their record
  std::uint64_t appends = 0;              ///< records of this one that it has read back
  double append_seconds = 0;              ///< which that has taken, in sum, from when they were handed over
  /// Batches of another replica that did not answer, which this one has ended: all acknowledged; to be sent again.
  std::uint64_t takeovers_delivered = 0;
  std::uint64_t takeovers_timed_out = 0;
};

}  // namespace oneshot::queue
