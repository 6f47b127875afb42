// SPDX-License-Identifier: MIT
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.hpp"
#include "net/asio_compat.hpp"
#include "net/poller/polled_socket.hpp"
#include "net/poller/poller.hpp"
#include "support/fixed_space.hpp"

namespace oneshot::net::test {

/// Two connected sockets: ours, which does not block, and the peer's, which does.
struct Pair {
  UniqueFd ours;
  UniqueFd peers;
};

/// Over TCP on the loopback, so that what one side sends has arrived when the call returns. `prepare` gets the socket
/// that listens.
inline Pair tcp_pair(const std::function<void(int)>& prepare = [](int) {}) {
  const UniqueFd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  prepare(listening.get());
  REQUIRE(::bind(listening.get(), any, length) == 0);
  REQUIRE(::listen(listening.get(), 1) == 0);
  REQUIRE(::getsockname(listening.get(), any, &length) == 0);
  UniqueFd peers(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(peers.get(), any, length) == 0);
  UniqueFd ours(::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  REQUIRE(ours);
  return {std::move(ours), std::move(peers)};
}

inline Pair unix_pair() {
  std::array<int, 2> both{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) == 0);
  return {UniqueFd(both[0]), UniqueFd(both[1])};
}

inline void send_all(const UniqueFd& peers, std::string_view text, int flags = 0) {
  REQUIRE(::send(peers.get(), text.data(), text.size(), flags | MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

/// Closes with a reset (RST).
inline void reset_peer(UniqueFd& peers) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  REQUIRE(::setsockopt(peers.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
  peers.reset();
}

/// A context that the test's own thread runs, its sockets included.
class PolledContext {
 public:
  /// Runs all that is ready. Does not wait for timers.
  void run() {
    for (int round = 0; round < 4; ++round) io.poll();
  }
  /// Runs, timers too, until `condition` holds; false after ten seconds.
  bool run_until(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= until) return false;
      io.run_one_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(io, std::move(work), [](const std::exception_ptr& fault) {
      if (fault) std::rethrow_exception(fault);
    });
  }

  asio::io_context io{1};

 private:
  Poller::Attached attached_{io};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io);
};

/// What an operation has ended with.
struct Ended {
  bool done = false;
  asio::error_code error;
  std::size_t size = 0;
};

/// A socket of ours, and what its peer and its readers do.
struct SocketRig {
  explicit SocketRig(PolledContext& in, Pair pair = tcp_pair(), ShortRead short_read = ShortRead::takes_all)
      : context(in),
        peers(std::move(pair.peers)),
        socket(std::make_unique<PolledSocket>(Poller::of(in.io), std::move(pair.ours), short_read)) {
    REQUIRE_FALSE(socket->watch());
  }

  struct Read : Ended {
    std::string text;
  };

  static asio::awaitable<void> read_into(PolledSocket& socket, std::size_t most, Read& into) {
    std::string space(most, '\0');
    oneshot::test::FixedSpace buffer(space);
    const auto [error, size] = co_await socket.async_read_some(buffer, nothrow);
    into.error = error;
    into.size = size;
    into.text = space.substr(0, size);
    into.done = true;
  }
  static asio::awaitable<void> write_from(PolledSocket& socket, std::string text, Ended& into) {
    const auto [error, size] = co_await socket.async_write(text, nothrow);
    into.error = error;
    into.size = size;
    into.done = true;
  }

  void begin_read(Read& into, std::size_t most = 100) const { context.spawn(read_into(*socket, most, into)); }
  void begin_write(Ended& into, std::string text) const { context.spawn(write_from(*socket, std::move(text), into)); }
  /// What one read gives; it ends soon.
  [[nodiscard]] Read read(std::size_t most = 100) const {
    Read into;
    begin_read(into, most);
    REQUIRE(context.run_until([&into] { return into.done; }));
    return into;
  }

  PolledContext& context;
  UniqueFd peers;
  std::unique_ptr<PolledSocket> socket;
};

}  // namespace oneshot::net::test
