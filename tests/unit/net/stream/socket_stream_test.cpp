// SPDX-License-Identifier: MIT
// Streams on real sockets.
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "net/stream/cancel_after.hpp"
#include "net/stream/plain_stream.hpp"
#include "net/stream/unix_stream.hpp"
#include "support/fixed_space.hpp"
#include "unit/net/poller/socket_fixture.hpp"

namespace oneshot::net {
namespace {

using test::PolledContext;

struct Read : test::Ended {
  std::string text;
};

asio::awaitable<void> read_into(Stream& stream, Read& into) {
  std::array<char, 100> space{};
  oneshot::test::FixedSpace buffer(space);
  const auto [error, size] = co_await stream.read_some(buffer);
  into.error = error;
  into.text.assign(space.data(), size);
  into.done = true;
}

template <class Kind>
std::unique_ptr<Kind> make(PolledContext& context, UniqueFd socket) {
  auto stream = std::make_unique<Kind>(Poller::of(context.io), std::move(socket));
  REQUIRE_FALSE(stream->watch());
  return stream;
}

TEST_CASE("a read that takes too long is ended by CancelAfter, and the bytes that come then are not lost") {
  PolledContext context;
  test::Pair pair = test::tcp_pair();
  const auto stream = make<PlainStream>(context, std::move(pair.ours));
  Read read;
  context.spawn(read_into(*stream, read));
  {
    const CancelAfter limit(*stream, std::chrono::milliseconds(5));
    REQUIRE(context.run_until([&read] { return read.done; }));
    CHECK(limit.is_over());
  }
  CHECK(read.error == asio::error::operation_aborted);
  test::send_all(pair.peers, "late");
  Read second;
  context.spawn(read_into(*stream, second));
  REQUIRE(context.run_until([&second] { return second.done; }));
  CHECK(second.text == "late");
}

TEST_CASE("reset() ends what waits, and the peer reads a reset") {
  PolledContext context;
  test::Pair pair = test::tcp_pair();
  const auto stream = make<PlainStream>(context, std::move(pair.ours));
  Read read;
  context.spawn(read_into(*stream, read));
  context.run();
  stream->reset();
  CHECK_FALSE(read.done);
  context.run();
  CHECK(read.error == asio::error::operation_aborted);
  char byte = 0;
  CHECK(::recv(pair.peers.get(), &byte, 1, 0) == -1);
  CHECK(errno == ECONNRESET);
  CHECK(stream->sample().error);
  CHECK(stream->sample().state == TcpInfo::State::closed);
}

TEST_CASE("a peer's reset is still there to be sampled when the poller has told of it") {
  PolledContext context;
  test::Pair pair = test::tcp_pair();
  const auto stream = make<PlainStream>(context, std::move(pair.ours));
  test::reset_peer(pair.peers);
  context.run();
  CHECK(stream->sample().error);
  CHECK_FALSE(stream->sample().error);  // it shows once
  CHECK(stream->sample().state == TcpInfo::State::closed);
}

TEST_CASE(
    "has_arrived() counts bytes in the kernel, those of which the poller has told and a read waits for included") {
  PolledContext context;
  test::Pair pair = test::tcp_pair();
  const auto stream = make<PlainStream>(context, std::move(pair.ours));
  CHECK_FALSE(stream->has_arrived(0));
  test::send_all(pair.peers, "abc");
  context.run();
  Read read;
  context.spawn(read_into(*stream, read));
  context.io.poll_one();  // its begin
  CHECK(stream->has_arrived(0));
  REQUIRE(context.run_until([&read] { return read.done; }));
  CHECK_FALSE(stream->has_arrived(3));
}

TEST_CASE("try_write() and write() hand over in order") {
  PolledContext context;
  test::Pair pair = test::unix_pair();
  const auto stream = make<UnixStream>(context, std::move(pair.ours));
  std::string first(3'000'000, 'a');
  CHECK_FALSE(stream->try_write(first));
  const std::string rest = first;
  CHECK(rest.size() < 3'000'000);
  bool done = false;
  const auto writing = [](Stream& to, const std::string& text, bool& into) -> asio::awaitable<void> {
    const auto [error, size] = co_await to.write(text);
    into = !error && size == text.size();
  };
  context.spawn(writing(*stream, rest, done));
  std::array<char, 65536> space{};
  std::size_t read = 0;
  REQUIRE(context.run_until([&] {
    const ssize_t n = ::recv(pair.peers.get(), space.data(), space.size(), MSG_DONTWAIT);
    if (n > 0) read += static_cast<std::size_t>(n);
    return done;
  }));
  CHECK(stream->acknowledged() <= read);  // the kernel counts memory, which is more than the bytes
  while (read < 3'000'000) {
    const ssize_t n = ::recv(pair.peers.get(), space.data(), space.size(), 0);
    REQUIRE(n > 0);
    read += static_cast<std::size_t>(n);
  }
  CHECK(stream->acknowledged() == 3'000'000);
}

}  // namespace
}  // namespace oneshot::net
