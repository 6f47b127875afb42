// SPDX-License-Identifier: MIT
#include "net/listener.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "net/asio_compat.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

// How long to wait for descriptors or memory to come back. The connections wait in the kernel's queue meanwhile.
constexpr milliseconds resource_pause{100};
// How long a connection that was told to give its place may take before another is asked.
constexpr milliseconds place_step{1};
constexpr int place_steps = 20;
constexpr int receipt_steps = 200;  // a scraper that is asked for its end: a live one answers in milliseconds
constexpr std::chrono::minutes log_interval{1};

}  // namespace

Listener::Listener(asio::io_context& context, ListeningSocket socket, std::vector<std::unique_ptr<Worker>>& workers,
                   std::atomic<std::size_t>& live, std::size_t max_connections)
    : acceptor_(context, socket.v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), socket.fd.release()),
      workers_(workers),
      live_(live),
      max_connections_(max_connections) {}

asio::awaitable<void> Listener::run() {
  while (acceptor_.is_open()) {
    const auto [error] = co_await acceptor_.async_wait(asio::ip::tcp::acceptor::wait_read, nothrow);
    if (error) continue;
    // Somebody is waiting: only now is it worth somebody else's place.
    if (full()) {
      co_await make_place();
    }
    while (acceptor_.is_open() && !full() && accept_one()) {
      if (shortage_ != 0) {
        co_await wait_for_resources();
      }
    }
  }
}

void Listener::close() {
  // Whoever is connected already is answered: closing would reset what waits in the kernel's queue.
  while (acceptor_.is_open() && !full() && accept_one())
    if (shortage_ != 0) break;
  asio::error_code ignored;
  acceptor_.close(ignored);
}

asio::awaitable<void> Listener::make_place() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now >= silent_about_full_until_) {
    silent_about_full_until_ = now + log_interval;
    log::warn("max_connections reached: whoever is longest in its header, or longest idle, gives way to each new one",
              {{"max_connections", max_connections_}});
  }
  while (acceptor_.is_open() && full()) {
    const Session::Hold asked = co_await ask_for_a_place();
    const int steps = asked == Session::Hold::receipt ? receipt_steps : place_steps;
    for (int i = 0; i < steps && full(); ++i) {
      co_await pause(place_step);
    }
  }
}

// How firmly the one that was asked held its place; firm: nobody could give one.
asio::awaitable<Session::Hold> Listener::ask_for_a_place() {
  Worker* owner = nullptr;
  Worker::Candidate best;
  for (const auto& worker : workers_) {
    const Worker::Candidate one = co_await worker->longest_waiting();
    if (!one.gives_way_before(best)) continue;
    best = one;
    owner = worker.get();
  }
  if (owner != nullptr) owner->give_place(best.id);
  co_return best.hold;
}

// A descriptor of our own is a connection's place; memory, or what the whole machine lacks, only time brings back.
asio::awaitable<void> Listener::wait_for_resources() {
  Session::Hold asked = Session::Hold::firm;
  if (shortage_ == EMFILE) {
    asked = co_await ask_for_a_place();
  }
  const milliseconds duration = asked < Session::Hold::receipt ? place_step : resource_pause;
  co_await pause(duration);
}

asio::awaitable<void> Listener::pause(milliseconds duration) {
  asio::steady_timer timer(acceptor_.get_executor());
  timer.expires_after(duration);
  co_await timer.async_wait(nothrow);
}

// False: nobody waits to be accepted.
bool Listener::accept_one() {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* name = reinterpret_cast<sockaddr*>(&storage);
  UniqueFd connection(::accept4(acceptor_.native_handle(), name, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (connection) {
    shortage_ = 0;
    live_.fetch_add(1, std::memory_order_relaxed);
    least_loaded().adopt(std::move(connection), Address::from_socket(*name));
    return true;
  }
  switch (errno) {
    case EAGAIN:
      shortage_ = 0;
      return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      shortage_ = errno;
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
                ? "cannot accept connections: whoever is longest in its header, or longest idle, gives way"
                : "cannot accept connections for now: they wait",
            {{"error", std::strerror(shortage_)}});
}

bool Listener::full() const noexcept { return live_.load(std::memory_order_relaxed) >= max_connections_; }

Worker& Listener::least_loaded() {
  const auto least = std::min_element(workers_.begin(), workers_.end(),
                                      [](const auto& a, const auto& b) { return a->load() < b->load(); });
  return **least;
}

}  // namespace oneshot::net
