// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/eviction/offers.hpp"

namespace oneshot::net {

enum class EvictionReason : std::uint8_t {
  full,  ///< max_connections, or no file descriptors left
  peer,  ///< max_connections_per_peer
};

/// Says in the log who loses connections, once a minute for each reason: how many, the peer that lost most of them, and
/// what helps. Used by the accepting thread.
class EvictionLog {
 public:
  void note(EvictionReason reason, const std::vector<Offer>& evicted, std::size_t limit);
  /// A newcomer of this peer was refused: it has `limit` connections, and all of them are being answered.
  void note_refused(const Address& peer, std::size_t limit);

 private:
  struct Minute {
    SteadyTime silent_until{};
    std::size_t evicted = 0;                       // since the last line
    std::map<std::uint64_t, std::size_t> by_site;  // of those, the first so many peers
  };
  std::array<Minute, 2> minutes_;
  SteadyTime silent_about_refused_until_{};
  std::size_t refused_ = 0;
};

}  // namespace oneshot::net
