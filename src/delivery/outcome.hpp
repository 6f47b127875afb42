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
};

}  // namespace oneshot::delivery
