// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::delivery {

/// What became of a reply, and so of the batch in it. `net` finds the outcome, `queue` acts on it; the two do not know
/// each other.
enum class Outcome : std::uint8_t {
  delivered,    ///< its reader surely had all of it
  truncated,    ///< not delivered: the connection ended before the peer can have had the last byte
  unconfirmed,  ///< not delivered: the peer's kernel may have had all of it, but closed with data unread
  timed_out,    ///< not delivered: withdrawn at its deadline, or its reader gave up around its own timeout
  refused,      ///< not delivered: the reader says itself that the reply went over a limit of its own
};

}  // namespace oneshot::delivery
