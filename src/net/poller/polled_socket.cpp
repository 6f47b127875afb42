// SPDX-License-Identifier: MIT
// The set is edge-triggered: the kernel tells of what is new, and only that. So may_have_bytes_ and may_have_room_ keep
// what it has told until a call has shown that it is used up. Where a flag is set that should not be, a call fails that
// need not have been made; where one is not set that should be, a connection hangs. So each is taken back by two things
// only: a call that said EAGAIN, and a read of TCP that was short. What arrives after such a call is told anew.
#include "net/poller/polled_socket.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/error.hpp>
#include <cerrno>
#include <new>
#include <utility>

namespace oneshot::net {
namespace {

constexpr std::uint32_t of_bytes = EPOLLIN | EPOLLPRI | EPOLLRDHUP;
constexpr std::uint32_t of_errors = EPOLLERR | EPOLLHUP;  // told always
// A read ends before each of them, so that it says nothing about what is behind: the peer's end, an error, an urgent
// byte (tcp_recvmsg_locked() in net/ipv4/tcp.c).
constexpr std::uint32_t of_cuts = EPOLLPRI | EPOLLRDHUP | of_errors;

constexpr std::size_t most_at_once = 64 * 1024;  // of one write, before others go on; as Asio's

asio::error_code system_error(int error) noexcept { return {error, asio::error::get_system_category()}; }

bool is_passing(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

PolledSocket::PolledSocket(Poller& poller, UniqueFd socket, ShortRead short_read) noexcept
    : poller_(poller), socket_(std::move(socket)), trusts_short_reads_(short_read == ShortRead::takes_all) {}

PolledSocket::~PolledSocket() { close(); }

asio::error_code PolledSocket::watch() { return poller_.add(socket_.get(), *this, of_bytes); }

void PolledSocket::begin_read() {
  if (!socket_) return reader_.post(executor(), asio::error::bad_descriptor, 0);
  if (may_have_bytes_) poller_.call_soon(*this);
}

void PolledSocket::begin_write() {
  done_ = 0;
  if (!socket_) return writer_.post(executor(), asio::error::bad_descriptor, 0);
  if (may_have_room_) poller_.call_soon(*this);
}

// A call must tell now whether there is something: an edge that is on its way may be of bytes that were read since.
void PolledSocket::on_readable(std::function<void()> ready) {
  if (!socket_) return;
  readable_ = std::move(ready);
  may_have_bytes_ = true;
  poller_.call_soon(*this);
}

void PolledSocket::on_events(std::uint32_t events) {
  if ((events & of_cuts) != 0) trusts_short_reads_ = false;
  if ((events & (of_bytes | of_errors)) != 0) may_have_bytes_ = true;
  if ((events & (EPOLLOUT | of_errors)) != 0) may_have_room_ = true;
  go_on();
}

// One thing at a time, since whoever is resumed may destroy this socket.
void PolledSocket::go_on() {
  const bool writes = writer_ && may_have_room_;
  const bool reads = reader_ && may_have_bytes_;
  const bool tells = readable_ && may_have_bytes_;
  if (int{writes} + int{reads} + int{tells} > 1) poller_.call_soon(*this);
  if (reads && (reads_next_ || !writes)) {
    reads_next_ = false;
    return go_on_reading();
  }
  reads_next_ = true;
  if (writes) return go_on_writing();
  if (tells) tell_readable();
}

void PolledSocket::go_on_reading() {
  asio::mutable_buffer space;
  try {
    space = space_->take();
  } catch (const std::bad_alloc&) {
    return reader_.complete(asio::error::no_memory, 0);
  }
  ssize_t n = -1;
  do n = ::recv(socket_.get(), space.data(), space.size(), MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n < 0 && is_passing(errno)) {
    space_->give_back();
    may_have_bytes_ = false;
    return;
  }
  if (n < 0) return reader_.complete(system_error(errno), 0);
  if (n == 0) return reader_.complete(asio::error::eof, 0);
  const auto size = static_cast<std::size_t>(n);
  if (trusts_short_reads_ && size < space.size()) may_have_bytes_ = false;
  reader_.complete({}, size);
}

void PolledSocket::go_on_writing() {
  const std::ptrdiff_t n = send(rest_.substr(0, most_at_once));
  const int fault = errno;
  if (n < 0 && is_passing(fault)) return await_room();
  if (n < 0) return writer_.complete(system_error(fault), done_);
  done_ += static_cast<std::size_t>(n);
  rest_.remove_prefix(static_cast<std::size_t>(n));
  if (rest_.empty()) return writer_.complete({}, done_);
  poller_.call_soon(*this);
}

// The kernel tells of room only where a write has met none; from the first time on it is asked to.
void PolledSocket::await_room() {
  may_have_room_ = false;
  if (watches_room_) return;
  const asio::error_code error = poller_.change(socket_.get(), *this, of_bytes | EPOLLOUT);
  if (error) return writer_.complete(error, done_);
  watches_room_ = true;
}

void PolledSocket::tell_readable() {
  pollfd asked{socket_.get(), POLLIN, 0};
  if (::poll(&asked, 1, 0) == 0) {
    may_have_bytes_ = false;
    return;
  }
  const auto ready = std::exchange(readable_, nullptr);
  ready();
}

std::ptrdiff_t PolledSocket::send(std::string_view bytes) noexcept {
  ssize_t n = -1;
  do n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n > 0) written_ += static_cast<std::uint64_t>(n);
  return n;
}

asio::error_code PolledSocket::shutdown_send() noexcept {
  return ::shutdown(socket_.get(), SHUT_WR) == 0 ? asio::error_code() : system_error(errno);
}

void PolledSocket::cancel() noexcept {
  readable_ = nullptr;
  if (poller_.is_ending()) {
    while (drop_one()) {
    }
    return;
  }
  reader_.post(executor(), asio::error::operation_aborted, 0);
  writer_.post(executor(), asio::error::operation_aborted, done_);
}

void PolledSocket::close() noexcept {
  if (!socket_) return;
  cancel();
  poller_.remove(*this);
  socket_.reset();
}

// Who is destroyed may own this socket.
bool PolledSocket::drop_one() noexcept {
  readable_ = nullptr;
  PendingOperation& one = reader_ ? reader_ : writer_;
  const bool waits = static_cast<bool>(one);
  one.drop();
  return waits;
}

}  // namespace oneshot::net
