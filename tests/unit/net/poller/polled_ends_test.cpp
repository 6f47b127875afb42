// SPDX-License-Identifier: MIT
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "unit/net/poller/socket_fixture.hpp"

namespace oneshot::net {
namespace {

using test::PolledContext;
using test::SocketRig;

TEST_CASE("cancel() ends a read that waits, not inside the call, and leaves the bytes in the kernel") {
  PolledContext context;
  const SocketRig rig(context);
  SocketRig::Read read;
  std::string_view left = "z";
  SUBCASE("for bytes") {
    rig.begin_read(read, 2);
    context.run();
  }
  SUBCASE("to be called") {
    test::send_all(rig.peers, "abc");
    CHECK(rig.read(1).text == "a");
    left = "bcz";
    rig.begin_read(read, 2);
    context.io.poll_one();  // the coroutine's begin
  }
  REQUIRE_FALSE(read.done);
  rig.socket->cancel();
  CHECK_FALSE(read.done);
  context.run();
  REQUIRE(read.done);
  CHECK(read.error == asio::error::operation_aborted);
  test::send_all(rig.peers, "z");
  CHECK(rig.read().text == left);
}

TEST_CASE("cancel() does nothing where nobody waits") {
  PolledContext context;
  const SocketRig rig(context);
  rig.socket->cancel();
  test::send_all(rig.peers, "x");
  CHECK(rig.read().text == "x");
}

TEST_CASE("whoever waits for a socket that is closed or destroyed is told") {
  PolledContext context;
  SocketRig rig(context);
  SocketRig::Read read;
  rig.begin_read(read);
  int told = 0;
  rig.socket->on_readable([&told] { ++told; });
  context.run();
  bool destroyed = false;
  SUBCASE("closed") { rig.socket->close(); }
  SUBCASE("destroyed") {
    rig.socket.reset();
    destroyed = true;
  }
  SUBCASE("closed, with bytes to read") {
    test::send_all(rig.peers, "x");
    rig.socket->close();
  }
  CHECK_FALSE(read.done);
  context.run();
  CHECK(read.error == asio::error::operation_aborted);
  CHECK(told == 0);
  char byte = 0;
  CHECK(::recv(rig.peers.get(), &byte, 1, 0) <= 0);  // our end, or a reset
  if (destroyed) return;
  CHECK(rig.socket->handle() == -1);
  CHECK(rig.read().error == asio::error::bad_descriptor);
  rig.socket->on_readable([&told] { ++told; });
  rig.socket->cancel();
  rig.socket->close();
  context.run();
  CHECK(told == 0);
}

/// Owns its socket, as a session does.
asio::awaitable<void> own_and_read(std::unique_ptr<PolledSocket> socket, std::shared_ptr<int> alive) {
  std::array<char, 10> space{};
  oneshot::test::FixedSpace buffer(space);
  while (true) {
    const auto [error, size] = co_await socket->async_read_some(buffer, nothrow);
    if (error) co_return;
    ++*alive;
  }
}

TEST_CASE("a context that ends takes with it who waits for its sockets") {
  const auto alive = std::make_shared<int>(0);
  std::array<UniqueFd, 3> peers;
  {
    PolledContext context;
    for (UniqueFd& peer : peers) {
      SocketRig rig(context);
      peer = std::move(rig.peers);
      context.spawn(own_and_read(std::move(rig.socket), alive));
    }
    test::send_all(peers[0], "x");
    REQUIRE(context.run_until([&alive] { return *alive == 1; }));
    CHECK(alive.use_count() == 4);
  }
  CHECK(alive.use_count() == 1);
  char byte = 0;
  for (const UniqueFd& peer : peers) CHECK(::recv(peer.get(), &byte, 1, 0) == 0);
}

TEST_CASE("a coroutine may destroy its socket when it is resumed, or one that is told in the same moment") {
  PolledContext context;
  const auto alive = std::make_shared<int>(0);
  SocketRig first(context);
  SocketRig second(context);
  std::optional<std::string> text;
  const auto read_and_destroy = [](SocketRig& mine, SocketRig& other,
                                   std::optional<std::string>& into) -> asio::awaitable<void> {
    std::array<char, 10> space{};
    oneshot::test::FixedSpace buffer(space);
    const auto [error, size] = co_await mine.socket->async_read_some(buffer, nothrow);
    into.emplace(space.data(), size);
    mine.socket.reset();
    other.socket.reset();
  };
  context.spawn(read_and_destroy(first, second, text));
  SocketRig::Read of_second;
  second.begin_read(of_second);
  context.run();
  test::send_all(first.peers, "x");
  test::send_all(second.peers, "y");
  REQUIRE(context.run_until([&] { return text && of_second.done; }));
  CHECK(*text == "x");
  CHECK(of_second.error == asio::error::operation_aborted);
}

TEST_CASE("what cannot be watched is refused") {
  PolledContext context;
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  PolledSocket socket(Poller::of(context.io), UniqueFd(::dup(fileno(file))), ShortRead::takes_all);
  std::fclose(file);
  CHECK(socket.watch() == asio::error::no_permission);  // EPERM: a file is always ready
  const SocketRig rig(context);                         // which has no part in what was refused
  socket.close();
  test::send_all(rig.peers, "x");
  CHECK(rig.read().text == "x");
}

}  // namespace
}  // namespace oneshot::net
