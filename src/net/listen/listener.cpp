// SPDX-License-Identifier: MIT
// Accepting runs on the main thread, not on the workers': the main thread sees the load of all workers, and it alone
// counts up, so max_connections is never exceeded.
#include "net/listen/listener.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "net/asio_compat.hpp"

namespace oneshot::net {
namespace {

constexpr std::chrono::minutes log_interval{1};

/// Who has connected, as accept() has named it; a Unix socket says which user that was (SO_PEERCRED of unix(7)).
Address peer_of(int connection, const sockaddr& name) {
  if (name.sa_family != AF_UNIX) return Address::from_socket(name);
  ucred who{};
  who.uid = static_cast<uid_t>(-1);  // nobody's
  socklen_t length = sizeof who;
  ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &length);
  return Address::of_user(who.uid);
}

}  // namespace

Listener::Listener(asio::io_context& context, ListeningSocket socket, std::uint8_t number, Admission& admission,
                   Eviction& eviction, LiveConnections& connections)
    : acceptor_(context, socket.fd.release()),
      number_(number),
      admission_(admission),
      eviction_(eviction),
      connections_(connections) {}

asio::awaitable<void> Listener::run() {
  while (acceptor_.is_open()) {
    const auto [error] = co_await acceptor_.async_wait(asio::posix::stream_descriptor::wait_read, nothrow);
    if (error) continue;
    // Only now, since new connections wait, are old ones closed for them.
    if (admission_.pauses()) {
      co_await admission_.wait();
    } else if (eviction_.full()) {
      co_await eviction_.make_room(acceptor_, waiting());
    }
    while (may_accept() && accept_one()) {
      if (shortage_ != 0) {
        co_await eviction_.wait_for_resources(shortage_, waiting());
      }
    }
  }
}

// At least the one that has woken us.
std::size_t Listener::waiting() { return std::max<std::size_t>(1, waiting_connections(acceptor_.native_handle())); }

void Listener::close() {
  // Clients that are connected already are answered: closing would reset what waits in the kernel's queue.
  while (acceptor_.is_open() && !eviction_.full() && accept_one())
    if (shortage_ != 0) break;
  asio::error_code ignored;
  acceptor_.close(ignored);
}

// The kernel reports a lack of descriptors before it looks for a connection: without this, each one that is accepted by
// the last descriptor would have another one evicted for no connection, perhaps itself.
bool Listener::connection_waits() {
  pollfd waiting{acceptor_.native_handle(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

// False: no connection waits to be accepted.
bool Listener::accept_one() {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* name = reinterpret_cast<sockaddr*>(&storage);
  UniqueFd connection(::accept4(acceptor_.native_handle(), name, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (connection) {
    shortage_ = 0;
    connections_.add();
    const Address peer = peer_of(connection.get(), *name);
    admission_.admit({std::move(connection), peer, number_});
    return true;
  }
  const int error = errno;
  shortage_ = 0;
  switch (error) {
    case EAGAIN:
      return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      if (!connection_waits()) return false;
      shortage_ = error;
      log_shortage();
      return true;
    default:
      return true;  // that connection is gone already (accept(2): such network errors are to be retried)
  }
}

void Listener::log_shortage() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < silent_about_resources_until_) return;
  silent_about_resources_until_ = now + log_interval;
  log::warn(shortage_ == EMFILE
                ? "cannot accept connections: the one longest in its request head, or longest idle, is closed"
                : "cannot accept connections for now: they wait",
            {{"error", std::strerror(shortage_)}});
}

}  // namespace oneshot::net
