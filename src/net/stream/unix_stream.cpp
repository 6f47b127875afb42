// SPDX-License-Identifier: MIT
#include "net/stream/unix_stream.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "net/asio_compat.hpp"

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

// The read is made here and not by Asio, so that no byte is ever with a read that has not resumed yet: the kernel does
// not count what it has given, see has_arrived().
asio::awaitable<Stream::Transferred> UnixStream::read_some(asio::mutable_buffer space) {
  while (true) {
    const ssize_t n = ::recv(handle(), space.data(), space.size(), MSG_DONTWAIT);
    const int fault = errno;
    if (n > 0) co_return Transferred{asio::error_code(), static_cast<std::size_t>(n)};
    if (n == 0) co_return Transferred{asio::error::eof, 0};
    if (fault != EAGAIN && fault != EINTR)
      co_return Transferred{asio::error_code(fault, asio::error::get_system_category()), 0};
    const auto [error] = co_await socket().async_wait(asio::socket_base::wait_read, nothrow);
    if (error) co_return Transferred{error, 0};
  }
}

bool UnixStream::try_write(std::string& bytes) noexcept {
  const std::size_t before = bytes.size();
  const bool all = SocketStream::try_write(bytes);
  written_ += before - bytes.size();
  return all;
}

// Likewise, so that what is written is known while the peer reads: a slow reader is told from one that stands still.
asio::awaitable<Stream::Transferred> UnixStream::write(const std::string& rest) {
  for (std::size_t done = 0; done < rest.size();) {
    const ssize_t n = ::send(handle(), rest.data() + done, rest.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    const int fault = errno;
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
      written_ += static_cast<std::uint64_t>(n);
      continue;
    }
    if (fault != EAGAIN && fault != EINTR)
      co_return Transferred{asio::error_code(fault, asio::error::get_system_category()), done};
    const auto [error] = co_await socket().async_wait(asio::socket_base::wait_write, nothrow);
    if (error) co_return Transferred{error, done};
  }
  co_return Transferred{asio::error_code(), rest.size()};
}

asio::error_code UnixStream::shutdown_write() noexcept {
  ended_ = true;
  return SocketStream::shutdown_write();
}

bool UnixStream::has_arrived(std::uint64_t) const noexcept { return has_unread(); }

// The kernel counts the memory of what is unread, which is more than its bytes, and 0 when all is read (unix_outq_len
// in net/unix/af_unix.c).
Sent UnixStream::sent() const noexcept {
  int queued = 0;
  if (::ioctl(handle(), SIOCOUTQ, &queued) != 0) queued = 0;
  const std::uint64_t unread_of_peer = std::min<std::uint64_t>(static_cast<std::uint64_t>(queued), written_);
  acknowledged_ = std::max(acknowledged_, written_ - unread_of_peer);
  return {written_ - acknowledged_, acknowledged_};
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
