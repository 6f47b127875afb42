// SPDX-License-Identifier: MIT
// What a session is worth to the worker when places are short, and how it gives its place up.
#include <chrono>

#include "net/session/session.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

// How long a connection that was just opened, or whose request has just begun, is spared: what it has sent may still
// wait for its turn here.
constexpr milliseconds arrival_patience{250};
// How long a peer may leave a reply unread that does not fit into the kernel's buffers.
constexpr milliseconds stall_patience{1000};
// How long a scraper that is evicted may take to answer our end with its own.
constexpr milliseconds end_patience{150};

}  // namespace

EvictionPriority Session::eviction_priority(SteadyTime now) const noexcept {
  switch (phase_) {
    case Phase::opened:
    case Phase::header:
      return now - since_ < arrival_patience ? EvictionPriority::arriving : EvictionPriority::first;
    case Phase::idle:
      if (has_open_receipt()) return EvictionPriority::awaiting_receipt;
      return tracked_ || scraper_ != 0 ? EvictionPriority::scraper : EvictionPriority::idle;
    case Phase::ending:
      if (!has_open_receipt()) return EvictionPriority::first;
      return now - since_ < end_patience ? EvictionPriority::never : EvictionPriority::idle;
    case Phase::handling:
    case Phase::writing:
      if (!stalled(now)) return EvictionPriority::never;
      return sending_ && sending_->has_receipt() ? EvictionPriority::awaiting_receipt : EvictionPriority::idle;
  }
  return EvictionPriority::never;
}

bool Session::stalled(SteadyTime now) const noexcept {
  return blocked_since_ != SteadyTime{} && now - blocked_since_ >= stall_patience;
}

// A batch that is awaited, and after which a request comes, is about to be settled by that.
EvictionPriority Session::priority_of_asking(EvictionPriority silent) const noexcept {
  if (phase_ == Phase::opened) return EvictionPriority::arriving;
  if (phase_ == Phase::header) return EvictionPriority::asking;
  if (phase_ != Phase::idle) return silent;
  if (silent == EvictionPriority::idle) return EvictionPriority::asking;
  return has_open_receipt() ? EvictionPriority::never : silent;
}

bool Session::request_waits() const noexcept { return stream_->has_arrived(given_); }

bool Session::evict_as(const EvictionCandidate& offered, SteadyTime now) {
  if (since_ != offered.since) return false;
  if (!offered.asks && request_waits()) return false;
  return evict(now);
}

bool Session::evict(SteadyTime now) {
  if (eviction_priority(now) == EvictionPriority::never) return false;
  if (stalled(now)) {
    stream_->reset();  // what would follow half a reply would look like its rest
  } else {
    interrupt(End::evicted);
  }
  return true;
}

}  // namespace oneshot::net
