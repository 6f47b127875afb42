// SPDX-License-Identifier: MIT
#pragma once

#include "base/clock.hpp"
#include "delivery/waiting.hpp"

namespace oneshot::app {

/// Whether the text of a scrape is still worth making. Asked between two steps of that work, on the worker's thread.
class Worth {
 public:
  /// For a request that has just come. `clock` and `waiting` outlive this.
  Worth(const Clock& clock, delivery::Waiting& waiting) noexcept
      : clock_(clock), waiting_(waiting), closed_at_first_(waiting.peer_closed()) {}

  /// The client has left since then, or the deadline of its reply is over: nobody will read the text. A client that had
  /// closed its side before (curl does not, `nc -N` does) may wait for its answer with the other half open.
  [[nodiscard]] bool is_over(SteadyTime deadline) const noexcept {
    return (!closed_at_first_ && waiting_.peer_closed()) || clock_.coarse_steady() >= deadline;
  }

 private:
  const Clock& clock_;
  delivery::Waiting& waiting_;
  bool closed_at_first_;
};

}  // namespace oneshot::app
