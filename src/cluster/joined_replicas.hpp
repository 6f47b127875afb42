// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>

#include "cluster/machine.hpp"
#include "queue/cluster_statistics.hpp"

namespace oneshot::cluster {

/// Has the server's log say which replicas join and leave. On the thread that applies.
class JoinedReplicas {
 public:
  /// `own`: of this run. What came before its own join happened without it, and is passed over.
  explicit JoinedReplicas(Publisher own) noexcept : own_(own) {}

  /// After each entry, which `publisher` had published.
  void note(const Machine& machine, Publisher publisher);

 private:
  using ByPublisher = std::map<Publisher, queue::JoinedReplica>;
  void tell(const ByPublisher& now, Publisher publisher, const std::string& names) const;

  const Publisher own_;
  std::uint64_t seen_ = 0;
  ByPublisher known_;
};

}  // namespace oneshot::cluster
