// SPDX-License-Identifier: MIT
#include "net/stream/unix_stream.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace oneshot::net {
namespace {

/// What holds of a socket: POLLHUP, POLLRDHUP, POLLERR. Takes no error away.
short ends_of(int socket) noexcept {
  pollfd asked{socket, POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) < 0 ? short{POLLERR} : asked.revents;
}

int take_error(int socket) noexcept {
  int error = EBADF;
  socklen_t length = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

}  // namespace

asio::error_code UnixStream::shutdown_write() noexcept {
  ended_ = true;
  return SocketStream::shutdown_write();
}

// The kernel does not count what it has given; but no byte is ever with a read that has not resumed (PolledSocket).
bool UnixStream::has_arrived(std::uint64_t) const noexcept { return has_unread(); }

// The kernel counts the memory of what is unread, which is more than its bytes, and 0 when all is read (unix_outq_len
// in net/unix/af_unix.c).
Sent UnixStream::sent() const noexcept {
  int queued = 0;
  if (::ioctl(handle(), SIOCOUTQ, &queued) != 0) queued = 0;
  const std::uint64_t unread_of_peer = std::min<std::uint64_t>(static_cast<std::uint64_t>(queued), written());
  acknowledged_ = std::max(acknowledged_, written() - unread_of_peer);
  return {written() - acknowledged_, acknowledged_};
}

// A peer that closes with bytes unread leaves an error, once; one that has read all of them just hangs up
// (unix_release_sock in net/unix/af_unix.c).
TcpInfo UnixStream::sample() noexcept {
  TcpInfo view;
  view.error = !is_open() || take_error(handle()) != 0;
  if (!is_open()) return view;
  const Sent now = sent();
  view.unacknowledged = now.unacknowledged;
  view.acknowledged = now.acknowledged;
  const short ends = ends_of(handle());
  using State = TcpInfo::State;
  const bool peer_ended = (ends & (POLLHUP | POLLRDHUP)) != 0;
  if (ended_) {
    view.state = peer_ended ? State::closed : State::closing;
  } else {
    view.state = peer_ended ? State::close_wait : State::established;
  }
  return view;
}

bool UnixStream::is_established() const noexcept {
  return !ended_ && (ends_of(handle()) & (POLLHUP | POLLRDHUP | POLLERR)) == 0;
}

}  // namespace oneshot::net
