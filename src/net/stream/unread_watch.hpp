// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::net {

/// How far the peer's kernel has got with what was written, at one moment.
struct Sent {
  std::uint64_t unacknowledged = 0;  ///< bytes in our kernel, those not yet sent included
  std::uint64_t acknowledged = 0;    ///< bytes so far
};

/// Says when a reply counts as not read. The kernel takes a reply at once and then keeps it for as long as the peer
/// does not acknowledge it, and a peer that keeps its window closed acknowledges probes for ever. So this counts bytes:
/// all that is in the kernel at one look has to be acknowledged within the time that a request head may take. To read
/// a byte now and then does not help a peer.
class UnreadWatch {
 public:
  /// A reply was given to the kernel: the next look is worth its system calls.
  void note_written() noexcept { may_be_unread_ = true; }
  /// Nothing has been written since a look that found nothing unread.
  [[nodiscard]] bool is_quiet() const noexcept { return !may_be_unread_; }

  /// True: some of it has been there for `patience`. The looks are a second apart or so.
  bool look(const Sent& sent, SteadyTime now, std::chrono::milliseconds patience) noexcept {
    may_be_unread_ = sent.unacknowledged > 0;
    if (!may_be_unread_ || !watched_ || sent.acknowledged >= until_) {
      watched_ = may_be_unread_;
      until_ = sent.acknowledged + sent.unacknowledged;
      since_ = now;
    }
    is_stale_ = watched_ && now > since_;
    return is_stale_ && now - since_ >= patience;
  }
  /// At the last look there was something that was there at the look before.
  [[nodiscard]] bool is_stale() const noexcept { return is_stale_; }

 private:
  bool may_be_unread_ = false;
  bool watched_ = false;
  bool is_stale_ = false;
  std::uint64_t until_ = 0;  // what was written when the watch began
  SteadyTime since_{};       // and when that was
};

}  // namespace oneshot::net
