// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/address.hpp"
#include "base/clock.hpp"

namespace oneshot::net {

class Peer;

/// Which connection is closed for a new one where there can be no more: the lowest priority value, of several one that
/// has asked for nothing yet, and of those the one that has had it for longest. Strangers go before those who are
/// known, and those who came a while ago before those who have just come: the newcomer for whom a place was made keeps
/// it until it has had its answer.
enum class EvictionPriority : std::uint8_t {
  first,             ///< slow in its request head, or at its end: nothing is lost with it
  idle,              ///< between requests, or it does not read its reply
  asking,            ///< its next request has arrived, and waits for its turn
  arriving,          ///< it has just been opened, or its request has just begun
  scraper,           ///< idle, and the last one that a scraper has used
  awaiting_receipt,  ///< silent after a batch: our end is sent, and the peer's answer to that is the receipt
  never,             ///< its request is being answered
};

/// Those who are worth the same patience, in the order in which they go. A later group is not touched while somebody of
/// an earlier one ends, or is being answered just now and can go in a moment.
enum class EvictionGroup : std::uint8_t {
  crowding,           ///< of a peer that holds more places than its share
  crowding_arriving,  ///< likewise, and it has just come
  stranger,
  arriving,
  known,  ///< a scraper
};

/// A connection that could be closed to make room for a new one.
struct EvictionCandidate {
  EvictionPriority priority = EvictionPriority::never;
  bool crowds = false;  ///< its peer holds more places than its share
  bool asks = false;    ///< a request of it has arrived, and the kernel has said so
  SteadyTime since{};
  std::uint64_t id = 0;
  std::uint64_t scraper = 0;  ///< http::Reply::scraper of its last scrape; 0: there was none
  Address peer;

  [[nodiscard]] EvictionGroup group() const noexcept;
  /// By group, priority, whether a request waits, and time.
  [[nodiscard]] bool evict_before(const EvictionCandidate& other) const noexcept;
};

/// What the accepting thread asks each worker.
struct EvictionQuestion {
  std::size_t most = 1;                                              ///< this many candidates, and no more
  std::size_t crowd_from = std::numeric_limits<std::size_t>::max();  ///< with so many connections a peer crowds
  const Peer* only_of = nullptr;                                     ///< null: of all peers
};

/// What a worker says to it.
struct EvictionAnswer {
  std::vector<EvictionCandidate> candidates;
  std::size_t busy = 0;           ///< connections that are being answered, or are next: just come, with a request
  std::size_t busy_crowding = 0;  ///< of those, the ones of peers that crowd

  void count_busy(bool crowds) noexcept {
    ++busy;
    busy_crowding += crowds ? 1 : 0;
  }
};

}  // namespace oneshot::net
