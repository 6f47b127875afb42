// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/address.hpp"

namespace oneshot::app {

/// Remembers which peers sent a forwarding header without being a trusted proxy, so that each is logged once.
/// Shared by all workers, any thread. It remembers so many peers and no more: whoever has a whole IPv6
/// network to send from can neither fill the memory nor the log.
class ForwardingWatch {
 public:
  static constexpr std::size_t max_peers = 1024;

  /// True the first time that this peer is named, for the first `max_peers` of them.
  bool first_time(const Address& peer) {
    std::string text = peer.text();
    const std::lock_guard lock(mutex_);
    if (peers_.size() >= max_peers) return false;
    return peers_.insert(std::move(text)).second;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> peers_;
};

}  // namespace oneshot::app
