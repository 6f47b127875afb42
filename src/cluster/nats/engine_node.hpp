// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "cluster/nats/connection.hpp"

namespace oneshot::cluster {

/// Which of the engine's nodes the connection leads to, and what it is.
class EngineNode {
 public:
  /// The connection outlives this.
  explicit EngineNode(const Connection& connection) : connection_(connection) {}

  /// Where the connection is another one than at the last look: asks the node for its version, and has the log say
  /// both. Blocks for some seconds at most, and for as long as a name takes to be found. One thread at a time.
  void look();

  struct Known {
    std::string address{};  ///< "10.0.0.1:4222", also once the connection is broken; "": there was none
    std::string version{};  ///< "": it did not tell
  };
  /// Any thread.
  [[nodiscard]] Known known() const;

 private:
  const Connection& connection_;
  std::uint64_t seen_ = 0;
  mutable std::mutex mutex_;
  Known known_;
};

}  // namespace oneshot::cluster
