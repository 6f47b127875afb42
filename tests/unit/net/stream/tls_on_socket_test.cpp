// SPDX-License-Identifier: MIT
// A stream that encrypts on a real socket: what the engine has got is told by nobody but itself.
#include <optional>

#include "net/session/read_buffer.hpp"
#include "net/stream/plain_stream.hpp"
#include "net/stream/tls_stream.hpp"
#include "support/certificates.hpp"
#include "support/fixed_space.hpp"
#include "support/tls_client.hpp"
#include "unit/net/poller/socket_fixture.hpp"

namespace oneshot::net {
namespace {

struct Read : test::Ended {
  std::string text;
};

struct TlsRig {
  TlsRig() {
    const oneshot::test::Certificate made = oneshot::test::make_certificate();
    tls::Options options;
    options.certificate = made.certificate;
    options.key = made.key;
    test::Pair pair = test::tcp_pair();
    peers = std::move(pair.peers);
    auto lower = std::make_unique<PlainStream>(Poller::of(context.io), std::move(pair.ours));
    REQUIRE_FALSE(lower->watch());
    stream = std::make_unique<TlsStream>(std::move(lower), tls::Context::make(options).value(), statistics);
    client.emplace();
  }

  static asio::awaitable<void> read_into(Stream& stream, std::size_t most, Read& into) {
    std::string space(most, '\0');
    oneshot::test::FixedSpace buffer(space);
    const auto [error, size] = co_await stream.read_some(buffer);
    into.error = error;
    into.text = space.substr(0, size);
    into.done = true;
  }

  /// The client's kernel and the client.
  void play_client() {
    std::array<char, 4096> space{};
    const ssize_t n = ::recv(peers.get(), space.data(), space.size(), MSG_DONTWAIT);
    if (n > 0) client->receive({space.data(), static_cast<std::size_t>(n)});
    const std::string wire = client->to_send();
    if (!wire.empty()) test::send_all(peers, wire);
  }
  /// A client that is connected, with nothing on the wire.
  void connect() {
    Read first;
    context.spawn(read_into(*stream, 100, first));
    REQUIRE(context.run_until([&] {
      play_client();
      return client->established;
    }));
    client->write("hello");
    REQUIRE(context.run_until([&] {
      play_client();
      return first.done;
    }));
    REQUIRE(first.text == "hello");
  }
  std::string read(std::size_t most) {
    Read into;
    context.spawn(read_into(*stream, most, into));
    REQUIRE(context.run_until([&] {
      play_client();
      return into.done;
    }));
    return into.text;
  }

  test::PolledContext context;
  UniqueFd peers;
  http::TlsStatistics statistics;
  std::unique_ptr<TlsStream> stream;
  std::optional<oneshot::test::TlsClient> client;
};

TEST_CASE("what has been decrypted, or come with it, is read without a word from the kernel") {
  TlsRig rig;
  rig.connect();
  rig.client->write("first");
  rig.client->write("second");
  rig.play_client();  // both records at once
  CHECK(rig.read(100) == "first");
  CHECK(rig.read(3) == "sec");
  int told = 0;
  rig.stream->on_readable([&told] { ++told; });
  CHECK(rig.context.run_until([&told] { return told == 1; }));
  CHECK(rig.read(100) == "ond");
  rig.stream->on_readable([&told] { ++told; });
  rig.context.run();
  CHECK(told == 1);
  rig.client->write("third");
  rig.play_client();
  CHECK(rig.context.run_until([&told] { return told == 2; }));
  CHECK(rig.read(100) == "third");
  rig.peers.reset();
  Read last;
  rig.context.spawn(TlsRig::read_into(*rig.stream, 100, last));
  CHECK(rig.context.run_until([&last] { return last.done; }));
  CHECK(last.error == asio::error::eof);
}

TEST_CASE("a read that waits for a record, or for the rest of one, holds no memory") {
  TlsRig rig;
  rig.connect();
  ReadBufferPool pool;
  ReadBuffer space(pool);
  const auto read_once = [](Stream& stream, ReadBuffer& into, std::string& text) -> asio::awaitable<void> {
    const auto [error, size] = co_await stream.read_some(into);
    text.assign(into.data(), size);
  };
  std::string text;
  rig.context.spawn(read_once(*rig.stream, space, text));
  rig.context.run();
  CHECK(space.data() == nullptr);
  rig.client->write("a record");
  const std::string wire = rig.client->to_send();
  test::send_all(rig.peers, wire.substr(0, 10));
  rig.context.run();
  CHECK(text.empty());
  CHECK(space.data() == nullptr);
  test::send_all(rig.peers, wire.substr(10));
  CHECK(rig.context.run_until([&text] { return !text.empty(); }));
  CHECK(text == "a record");
}

}  // namespace
}  // namespace oneshot::net
