// SPDX-License-Identifier: MIT
#include <sys/socket.h>

#include "net/stream/kernel_buffers.hpp"
#include "unit/net/poller/socket_fixture.hpp"

namespace oneshot::net {
namespace {

using test::Ended;
using test::PolledContext;
using test::SocketRig;

const std::string long_text(4'000'000, 'x');

/// What the peer can read without waiting.
std::size_t drain(const UniqueFd& peers) {
  static std::array<char, 65536> space;
  std::size_t all = 0;
  for (ssize_t n = 1; n > 0;) {
    n = ::recv(peers.get(), space.data(), space.size(), MSG_DONTWAIT);
    if (n > 0) all += static_cast<std::size_t>(n);
  }
  return all;
}

/// Our kernel takes little.
SocketRig narrow(PolledContext& context) {
  test::Pair pair = test::tcp_pair();
  set_send_buffer(pair.ours.get(), usual_send_buffer);
  return SocketRig(context, std::move(pair));
}

TEST_CASE("a write ends when the kernel has all of it, as the peer reads") {
  PolledContext context;
  const SocketRig rig = narrow(context);
  for (int i = 0; i < 2; ++i) {  // the second time the kernel need not be asked to tell of room
    const std::uint64_t before = rig.socket->written();
    Ended ended;
    rig.begin_write(ended, long_text);
    context.run();
    CHECK_FALSE(ended.done);
    CHECK(rig.socket->written() > before);
    std::size_t read = 0;
    REQUIRE(context.run_until([&] {
      read += drain(rig.peers);
      return ended.done;
    }));
    CHECK_FALSE(ended.error);
    CHECK(ended.size == long_text.size());
    CHECK(rig.socket->written() == before + long_text.size());
    CHECK(context.run_until([&] { return (read += drain(rig.peers)) == long_text.size(); }));
  }
}

TEST_CASE("a short write ends at once, and not inside the call") {
  PolledContext context;
  const SocketRig rig(context);
  Ended ended;
  rig.begin_write(ended, "short");
  CHECK_FALSE(ended.done);
  context.run();
  CHECK(ended.done);
  CHECK(drain(rig.peers) == 5);
}

TEST_CASE("bytes come while a write waits for room, and both go on") {
  PolledContext context;
  const SocketRig rig = narrow(context);
  Ended written;
  rig.begin_write(written, long_text);
  context.run();
  SocketRig::Read read;
  rig.begin_read(read);
  test::send_all(rig.peers, "meanwhile");
  REQUIRE(context.run_until([&read] { return read.done; }));
  CHECK(read.text == "meanwhile");
  CHECK_FALSE(written.done);
  SocketRig::Read at_once;
  rig.begin_read(at_once);
  static_cast<void>(drain(rig.peers));
  test::send_all(rig.peers, "with room");
  REQUIRE(context.run_until([&] {
    drain(rig.peers);
    return written.done && at_once.done;
  }));
  CHECK(at_once.text == "with room");
}

TEST_CASE("a reset and cancel() end a write that waits") {
  PolledContext context;
  SocketRig rig = narrow(context);
  Ended ended;
  rig.begin_write(ended, long_text);
  context.run();
  REQUIRE_FALSE(ended.done);
  SUBCASE("a reset") {
    test::reset_peer(rig.peers);
    REQUIRE(context.run_until([&ended] { return ended.done; }));
    const bool broken = ended.error == asio::error::connection_reset || ended.error == asio::error::broken_pipe;
    CHECK(broken);
  }
  SUBCASE("cancel()") {
    rig.socket->cancel();
    CHECK_FALSE(ended.done);
    context.run();
    CHECK(ended.error == asio::error::operation_aborted);
    CHECK(ended.size == rig.socket->written());
  }
}

TEST_CASE("what send() is told of a broken connection is told by the write that follows") {
  PolledContext context;
  SocketRig rig(context);
  test::reset_peer(rig.peers);
  context.run();
  CHECK(rig.socket->send("x") < 0);
  Ended ended;
  rig.begin_write(ended, "x");
  context.run();
  CHECK(ended.error == asio::error::broken_pipe);
}

}  // namespace
}  // namespace oneshot::net
