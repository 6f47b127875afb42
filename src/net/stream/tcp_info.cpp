// SPDX-License-Identifier: MIT
// In a file without Asio: <linux/tcp.h> knows tcpi_bytes_acked, <netinet/tcp.h> (which Asio includes) does not, and
// the two cannot be included together.
#include "net/stream/tcp_info.hpp"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace oneshot::net {
namespace {

// include/net/tcp_states.h; the numbers are part of the kernel's interface (tcpi_state).
enum TcpState : std::uint8_t { tcp_established = 1, tcp_close = 7, tcp_close_wait = 8 };

TcpInfo::State state_of(std::uint8_t state) {
  switch (state) {
    case tcp_established:
      return TcpInfo::State::established;
    case tcp_close_wait:
      return TcpInfo::State::close_wait;
    case tcp_close:
      return TcpInfo::State::closed;
    default:
      return TcpInfo::State::closing;
  }
}

bool ask(int socket, tcp_info& info) noexcept {
  socklen_t length = sizeof info;
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) == 0;
}

}  // namespace

TcpInfo sample_tcp(int socket) noexcept {
  TcpInfo view;
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
    view.error = true;
    return view;
  }
  view.error = error != 0;
  tcp_info info{};
  if (!ask(socket, info)) return view;
  // Both numbers of one moment: an acknowledgement in between would be in one of them only.
  for (std::uint64_t before = info.tcpi_bytes_acked + 1; before != info.tcpi_bytes_acked;) {
    before = info.tcpi_bytes_acked;
    int queued = 0;
    view.unacknowledged = ::ioctl(socket, SIOCOUTQ, &queued) == 0 ? static_cast<std::uint64_t>(queued) : 0;
    if (!ask(socket, info)) return view;
  }
  view.state = state_of(info.tcpi_state);
  view.acknowledged = info.tcpi_bytes_acked;
  view.segment = info.tcpi_snd_mss;
  view.silent_for = std::chrono::milliseconds(info.tcpi_last_ack_recv);
  return view;
}

Sent sample_sent(int socket) noexcept {
  Sent sent;
  int queued = 0;
  if (::ioctl(socket, SIOCOUTQ, &queued) != 0 || queued <= 0) return sent;
  tcp_info info{};
  if (!ask(socket, info) || info.tcpi_state == tcp_close) return sent;
  sent.unacknowledged = static_cast<std::uint64_t>(queued);
  sent.acknowledged = info.tcpi_bytes_acked;
  return sent;
}

std::uint64_t acknowledged_bytes(int socket) noexcept {
  tcp_info info{};
  return ask(socket, info) ? info.tcpi_bytes_acked : 0;
}

void start_probing(int socket) noexcept {
  const int on = 1;
  const int second = 1;
  const int most = 127;  // MAX_TCP_KEEPCNT: silence must not end the connection, even if we are stopped for a while
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &most, sizeof most);
  // The order matters: with the option on, setting the time counts the silence so far (net/ipv4/tcp.c).
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &second, sizeof second);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &second, sizeof second);
}

void stop_probing(int socket) noexcept {
  const int off = 0;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &off, sizeof off);
}

bool is_established(int socket) noexcept {
  tcp_info info{};
  return ask(socket, info) && info.tcpi_state == tcp_established;
}

std::uint64_t received_bytes(int socket) noexcept {
  tcp_info info{};
  if (!ask(socket, info)) return 0;
  // The peer's end (FIN) counts like a byte (tcp_rcv_nxt_update, net/ipv4/tcp_input.c).
  const bool ended = info.tcpi_state != tcp_established && info.tcpi_bytes_received > 0;
  return info.tcpi_bytes_received - (ended ? 1 : 0);
}

std::uint64_t readable_bytes(int socket) noexcept {
  int readable = 0;
  if (::ioctl(socket, SIOCINQ, &readable) != 0 || readable < 0) return 0;
  return static_cast<std::uint64_t>(readable);
}

}  // namespace oneshot::net
