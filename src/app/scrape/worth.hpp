// SPDX-License-Identifier: MIT
#pragma once

#include "base/clock.hpp"
#include "delivery/lease.hpp"
#include "delivery/waiting.hpp"

namespace oneshot::app {

/// Whether the text of a scrape is still worth making. Asked between two steps of that work, on the worker's thread.
class Worth {
 public:
  /// `clock` and `waiting` outlive this.
  Worth(const Clock& clock, delivery::Waiting& waiting) noexcept : clock_(clock), waiting_(waiting) {}

  /// The client has reset the connection, or the deadline of its reply is over: nobody will read the text. One that has
  /// ended its side may wait for its answer with the other half open; a scraper that gives up does so at the deadline.
  /// Or what the text is made from has to make room at once: `lease`, or null.
  [[nodiscard]] bool is_over(SteadyTime deadline, delivery::Lease* lease) const noexcept {
    const SteadyTime now = clock_.coarse_steady();
    if (waiting_.peer_reset() || now >= deadline) return true;
    if (lease == nullptr || lease->wanted(now) != delivery::Lease::Wanted::back) return false;
    lease->ended();
    return true;
  }

 private:
  const Clock& clock_;
  delivery::Waiting& waiting_;
};

}  // namespace oneshot::app
