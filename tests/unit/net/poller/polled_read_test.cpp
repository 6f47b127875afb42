// SPDX-License-Identifier: MIT
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "unit/net/poller/socket_fixture.hpp"

namespace oneshot::net {
namespace {

using test::PolledContext;
using test::SocketRig;

TEST_CASE("a read gives bytes that were there before it, and such as come while it waits") {
  PolledContext context;
  const SocketRig rig(context);
  test::send_all(rig.peers, "before");
  context.run();
  CHECK(rig.read().text == "before");
  SocketRig::Read waiting;
  rig.begin_read(waiting);
  context.run();
  CHECK_FALSE(waiting.done);
  test::send_all(rig.peers, "while");
  REQUIRE(context.run_until([&waiting] { return waiting.done; }));
  CHECK(waiting.text == "while");
  CHECK_FALSE(waiting.error);
}

TEST_CASE("after a short read the kernel tells of what comes, before the next read begins or while it waits") {
  PolledContext context;
  const SocketRig rig(context);
  for (int i = 0; i < 3; ++i) {
    test::send_all(rig.peers, "one");
    CHECK(rig.read().text == "one");
    test::send_all(rig.peers, "two");  // told to nobody yet
    CHECK(rig.read().text == "two");
    test::send_all(rig.peers, "three");
    context.run();  // told while nobody reads
    CHECK(rig.read().text == "three");
  }
}

TEST_CASE("what a read has no room for comes with the next ones, though nothing new arrives") {
  PolledContext context;
  const SocketRig rig(context);
  test::send_all(rig.peers, "abcdefgh");
  CHECK(rig.read(3).text == "abc");
  CHECK(rig.read(3).text == "def");
  CHECK(rig.read(3).text == "gh");
  test::send_all(rig.peers, "xyz");
  CHECK(rig.read(3).text == "xyz");  // whole: whether there is more is not known
  SocketRig::Read waiting;
  rig.begin_read(waiting);
  context.run();
  CHECK_FALSE(waiting.done);
  test::send_all(rig.peers, "end");
  CHECK(context.run_until([&waiting] { return waiting.text == "end"; }));
}

TEST_CASE("the peer's end is told behind its bytes, and again to each read") {
  PolledContext context;
  const SocketRig rig(context);
  test::send_all(rig.peers, "last");
  ::shutdown(rig.peers.get(), SHUT_WR);
  CHECK(rig.read().text == "last");
  CHECK(rig.read().error == asio::error::eof);
  CHECK(rig.read().error == asio::error::eof);
}

TEST_CASE("the peer's end ends a read that waits") {
  PolledContext context;
  SocketRig rig(context);
  test::send_all(rig.peers, "last");
  CHECK(rig.read().text == "last");
  SocketRig::Read waiting;
  rig.begin_read(waiting);
  context.run();
  rig.peers.reset();
  REQUIRE(context.run_until([&waiting] { return waiting.done; }));
  CHECK(waiting.error == asio::error::eof);
}

TEST_CASE("a reset ends a read that waits, and one that begins later, once; then it looks like an end") {
  PolledContext context;
  SocketRig rig(context);
  SUBCASE("while it waits") {
    SocketRig::Read waiting;
    rig.begin_read(waiting);
    context.run();
    test::reset_peer(rig.peers);
    REQUIRE(context.run_until([&waiting] { return waiting.done; }));
    CHECK(waiting.error == asio::error::connection_reset);
  }
  SUBCASE("before it") {
    test::reset_peer(rig.peers);
    context.run();
    CHECK(rig.read().error == asio::error::connection_reset);
  }
  CHECK(rig.read().error == asio::error::eof);
}

TEST_CASE("events take no error away: who asks for it gets it") {
  PolledContext context;
  SocketRig rig(context);
  test::reset_peer(rig.peers);
  context.run();
  int error = 0;
  socklen_t length = sizeof error;
  REQUIRE(::getsockopt(rig.socket->handle(), SOL_SOCKET, SO_ERROR, &error, &length) == 0);
  CHECK(error == ECONNRESET);
}

TEST_CASE("an urgent byte cuts reads short, and what is behind it comes all the same") {
  PolledContext context;
  const SocketRig rig(context);
  test::send_all(rig.peers, "ab");
  test::send_all(rig.peers, "!", MSG_OOB);
  test::send_all(rig.peers, "cdef");
  CHECK(rig.read().text == "ab");
  CHECK(rig.read().text == "cdef");
}

TEST_CASE("descriptors that are passed cut reads of a Unix socket short, and what is behind them comes all the same") {
  PolledContext context;
  const SocketRig rig(context, test::unix_pair(), ShortRead::may_be_cut);
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  std::string text = "with";
  iovec piece{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const passed = CMSG_FIRSTHDR(&message);
  passed->cmsg_level = SOL_SOCKET;
  passed->cmsg_type = SCM_RIGHTS;
  passed->cmsg_len = CMSG_LEN(sizeof(int));
  const int any = rig.peers.get();
  std::memcpy(CMSG_DATA(passed), &any, sizeof any);
  REQUIRE(::sendmsg(rig.peers.get(), &message, 0) == 4);
  test::send_all(rig.peers, "without");
  CHECK(rig.read().text == "with");
  CHECK(rig.read().text == "without");
}

TEST_CASE("on_readable tells once of bytes and of an end, never inside the call") {
  PolledContext context;
  SocketRig rig(context);
  int told = 0;
  const auto note = [&told] { ++told; };
  SUBCASE("that come later") {
    rig.socket->on_readable(note);
    context.run();
    CHECK(told == 0);
    test::send_all(rig.peers, "x");
  }
  SUBCASE("that are there, told before") {
    test::send_all(rig.peers, "x");
    context.run();
    rig.socket->on_readable(note);
    CHECK(told == 0);
  }
  SUBCASE("the end") {
    rig.socket->on_readable(note);
    rig.peers.reset();
  }
  SUBCASE("a reset") {
    rig.socket->on_readable(note);
    test::reset_peer(rig.peers);
  }
  CHECK(context.run_until([&told] { return told == 1; }));
  context.run();
  CHECK(told == 1);
}

TEST_CASE("on_readable does not tell of bytes that a read has taken, nor after cancel()") {
  PolledContext context;
  const SocketRig rig(context);
  int told = 0;
  const auto note = [&told] { ++told; };
  test::send_all(rig.peers, "x");
  context.run();  // told while nobody reads
  CHECK(rig.read(1).text == "x");
  rig.socket->on_readable(note);
  context.run();
  CHECK(told == 0);
  rig.socket->cancel();
  test::send_all(rig.peers, "y");
  context.run();
  CHECK(told == 0);
  CHECK(rig.read().text == "y");
}

}  // namespace
}  // namespace oneshot::net
