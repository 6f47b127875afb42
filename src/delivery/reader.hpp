// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::delivery {

/// What a request says about the one that reads its reply.
struct Reader {
  /// Who has the other end of the connection, as far as the request shows it.
  enum class Peer : std::uint8_t {
    itself,    ///< the reader: a program that is known to reset a connection only where it has left bytes unread
    doubtful,  ///< as `itself`, but a relay that nobody sees may stand between
    unknown,   ///< nobody knows what a reset by this one means
    proxy,     ///< one that resets connections for reasons of its own
  };
  Peer peer = Peer::unknown;
  SteadyTime may_give_up = SteadyTime::max();  ///< from here on the reader's own timeout may be over
};

}  // namespace oneshot::delivery
