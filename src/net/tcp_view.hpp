// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::net {

/// What the kernel says about a TCP connection at one moment (tcp(7): SO_ERROR, TCP_INFO, SIOCOUTQ).
struct TcpView {
  enum class State : std::uint8_t {
    established,  ///< nobody has closed
    close_wait,   ///< the peer has sent its end, we have not
    closed,       ///< reset, or both ends are through
    closing,      ///< we have sent our end and wait for the peer
  };
  State state = State::closed;
  /// A pending error, for instance a reset. Reading it takes it away: it is seen only once, so keep it.
  bool error = false;
  /// Bytes the peer has not acknowledged, those not yet sent included.
  std::uint64_t unacknowledged = 0;
  /// Bytes the peer has acknowledged so far: whether this grows tells if it is still there.
  std::uint64_t acknowledged = 0;
};

/// Looks at a connected TCP socket; one that is not open looks closed, with an error.
TcpView look_at(int socket) noexcept;

/// Nobody has closed or reset it. Takes no pending error away.
bool is_established(int socket) noexcept;

/// Bytes that have arrived and not been read yet.
std::uint64_t readable_bytes(int socket) noexcept;

}  // namespace oneshot::net
