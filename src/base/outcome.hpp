// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot {

/// What became of a reply, and so of the batch in it. Here on the ground floor because http (which finds it
/// out) and queue (which acts on it) do not know each other.
enum class Outcome : std::uint8_t {
  delivered,  ///< its reader surely had all of it
  cut_short,  ///< not delivered: the connection ended before the peer can have had the last byte
  unread,     ///< not delivered: the peer's kernel may have had all of it, but it was closed with data unread
};

}  // namespace oneshot
