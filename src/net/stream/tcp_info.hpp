// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "net/stream/unread_watch.hpp"

namespace oneshot::net {

/// What the kernel says about a TCP connection at one moment (tcp(7): SO_ERROR, TCP_INFO, SIOCOUTQ).
struct TcpInfo {
  enum class State : std::uint8_t {
    established,  ///< nobody has closed
    close_wait,   ///< the peer has sent its end, we have not
    closed,       ///< reset, or both ends are through
    closing,      ///< we have sent our end and wait for the peer
  };
  State state = State::closed;
  /// A pending error, for instance a reset. A sample takes the error away: it shows once, so keep it.
  bool error = false;
  /// Bytes the peer has not acknowledged, those not yet sent included.
  std::uint64_t unacknowledged = 0;
  /// Bytes the peer has acknowledged so far: while this grows the peer is there.
  std::uint64_t acknowledged = 0;
  /// How many bytes go into one segment, at most.
  std::uint64_t segment = 0;
  /// How long the peer's kernel has said nothing.
  std::chrono::milliseconds silent_for{0};
};

/// Samples a connected TCP socket. A socket that is not open looks closed, with an error.
TcpInfo sample_tcp(int socket) noexcept;

/// The bytes alone, for a look at many connections: one system call where all is acknowledged. Takes no error away.
Sent sample_sent(int socket) noexcept;

/// Bytes that the peer has acknowledged so far. Takes no error away.
std::uint64_t acknowledged_bytes(int socket) noexcept;

/// Has the kernel ask the peer's kernel for a sign of life (a keep-alive probe, RFC 9293 3.8.4) after a second of
/// silence, and every second from then on. A kernel that has no such connection any more answers with a reset. Not to
/// be left on: after two minutes a peer that cannot be reached looks like one that is gone.
void start_probing(int socket) noexcept;
void stop_probing(int socket) noexcept;

/// Neither side has closed or reset the connection. Takes no pending error away.
bool is_established(int socket) noexcept;

/// Bytes that have arrived since the connection began, those that were read included.
std::uint64_t received_bytes(int socket) noexcept;

/// Bytes that have arrived and not been read yet.
std::uint64_t readable_bytes(int socket) noexcept;

}  // namespace oneshot::net
