// SPDX-License-Identifier: MIT
// Accepting runs on the main thread, not on the workers': the main thread sees the load of all workers, and it alone
// counts up, so max_connections is never exceeded.
//
// A full server still accepts: a connection that waits in the kernel's queue looks established to its client, which
// would wait for an answer that cannot come. So one connection is evicted for each that waits. Its worker chooses the
// candidate and closes it on its own thread; the end of any connection wakes the listener.
#include "net/listener.hpp"

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

using std::chrono::milliseconds;

// How long to wait for descriptors or memory, where no connection ends and gives some back. New connections wait in the
// kernel's queue meanwhile.
constexpr milliseconds resource_pause{100};
// How long an evicted connection may take to end before another one is evicted: one that is just closed, and a scraper
// whose own end we wait for. A live scraper answers in milliseconds.
constexpr milliseconds eviction_time{20};
constexpr milliseconds receipt_time{200};
constexpr std::chrono::minutes log_interval{1};

}  // namespace

Listener::Listener(asio::io_context& context, ListeningSocket socket, std::vector<std::unique_ptr<Worker>>& workers,
                   ConnectionCount& connections, std::size_t max_connections)
    : acceptor_(context, socket.v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), socket.fd.release()),
      workers_(workers),
      connections_(connections),
      max_connections_(max_connections) {}

asio::awaitable<void> Listener::run() {
  while (acceptor_.is_open()) {
    const auto [error] = co_await acceptor_.async_wait(asio::ip::tcp::acceptor::wait_read, nothrow);
    if (error) continue;
    // Only now, since a new connection waits, is one of the old ones closed for it.
    if (full()) {
      co_await make_room();
    }
    while (acceptor_.is_open() && !full() && accept_one()) {
      if (shortage_ != 0) {
        co_await wait_for_resources();
      }
    }
  }
}

void Listener::close() {
  // Clients that are connected already are answered: closing would reset what waits in the kernel's queue.
  while (acceptor_.is_open() && !full() && accept_one())
    if (shortage_ != 0) break;
  asio::error_code ignored;
  acceptor_.close(ignored);
}

asio::awaitable<void> Listener::make_room() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now >= silent_about_full_until_) {
    silent_about_full_until_ = now + log_interval;
    log::warn(
        "max_connections reached: the connection longest in its request head, or longest idle, is closed for "
        "each new one",
        {{"max_connections", max_connections_}});
  }
  while (acceptor_.is_open() && full()) {
    const EvictionPriority evicted = co_await evict_one();
    const bool slow = evicted == EvictionPriority::awaiting_receipt;
    const SteadyTime limit = std::chrono::steady_clock::now() + (slow ? receipt_time : eviction_time);
    co_await connections_.wait_for_fewer(max_connections_, limit);
  }
}

// The priority of the evicted connection; never: there was none to evict.
asio::awaitable<EvictionPriority> Listener::evict_one() {
  Worker* owner = nullptr;
  Worker::EvictionCandidate best;
  for (const auto& worker : workers_) {
    const Worker::EvictionCandidate one = co_await worker->eviction_candidate();
    if (!one.evict_before(best)) continue;
    best = one;
    owner = worker.get();
  }
  if (owner != nullptr) owner->evict(best.id);
  co_return best.priority;
}

// Each connection has a descriptor of ours: the end of any one brings it back. Memory, and what the whole machine
// lacks, only time brings back.
asio::awaitable<void> Listener::wait_for_resources() {
  const std::size_t before = connections_.value();
  EvictionPriority evicted = EvictionPriority::never;
  if (shortage_ == EMFILE) {
    evicted = co_await evict_one();
  }
  const milliseconds limit = evicted < EvictionPriority::awaiting_receipt ? eviction_time : resource_pause;
  const SteadyTime until = std::chrono::steady_clock::now() + limit;
  co_await connections_.wait_for_fewer(before, until);
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
    least_loaded().adopt(std::move(connection), Address::from_socket(*name));
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

bool Listener::full() const noexcept { return connections_.value() >= max_connections_; }

Worker& Listener::least_loaded() {
  const auto least = std::min_element(workers_.begin(), workers_.end(),
                                      [](const auto& a, const auto& b) { return a->load() < b->load(); });
  return **least;
}

}  // namespace oneshot::net
