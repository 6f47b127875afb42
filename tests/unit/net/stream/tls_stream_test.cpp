// SPDX-License-Identifier: MIT
#include "net/stream/tls_stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/certificates.hpp"
#include "support/fixed_space.hpp"
#include "support/test_stream.hpp"
#include "support/tls_client.hpp"

namespace oneshot::net {
namespace {

using test::TestPeer;
using test::TestStream;
using test::TlsClient;

const test::Certificate& certificate() {
  static const test::Certificate made = test::make_certificate();
  return made;
}

std::shared_ptr<const tls::Context> context() {
  tls::Options options;
  options.client_auth = tls::ClientAuth::verify_if_given;
  options.client_ca = certificate().certificate;
  options.certificate = certificate().certificate;
  options.key = certificate().key;
  return tls::Context::make(options).value();
}

/// A stream that encrypts, its client, and a wire without a socket between them.
struct Rig {
  explicit Rig(HandshakeBucket* handshakes = nullptr, const test::Certificate* of_client = nullptr)
      : stream(std::make_unique<TestStream>(io, peer), context(), statistics, handshakes),
        client({.certificate = of_client}) {}

  /// What a read has given: nothing while it waits.
  struct Read {
    bool done = false;
    asio::error_code error;
    std::string text;
  };

  static asio::awaitable<void> read_once(Rig& rig, Read& into) {
    oneshot::test::FixedSpace space(rig.space);
    const auto [error, size] = co_await rig.stream.read_some(space);
    into.error = error;
    into.text.assign(rig.space.data(), size);
    into.done = true;
  }
  static asio::awaitable<void> write_rest(Rig& rig, std::string& rest, asio::error_code& into) {
    const auto [error, size] = co_await rig.stream.write(rest);
    into = error;
  }

  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(io, std::move(work), [](const std::exception_ptr& fault) {
      if (fault) std::rethrow_exception(fault);
    });
  }
  void begin_read(Read& into) {
    auto work = read_once(*this, into);
    spawn(std::move(work));
    poll();
  }
  Read read() {
    Read got;
    begin_read(got);
    return got;
  }
  /// Carries what both sides have to say.
  void poll() {
    for (bool more = true; more;) {
      io.restart();
      io.poll();
      const std::string back = std::exchange(peer->written, {});
      if (!back.empty()) client.receive(back);
      const std::string wire = client.to_send();
      if (!wire.empty()) peer->send(wire);
      more = !back.empty() || !wire.empty();
    }
  }
  void run_for(std::chrono::milliseconds time) {
    io.restart();
    io.run_for(time);
  }
  /// A client that is connected, with nothing on the wire.
  void connect() {
    client.write("hello");
    Read first;
    begin_read(first);
    client.write("hello");
    poll();
    REQUIRE(first.done);
    REQUIRE(first.text == "hello");
  }

  asio::io_context io;
  std::shared_ptr<TestPeer> peer = std::make_shared<TestPeer>();
  http::TlsStatistics statistics;
  TlsStream stream;
  TlsClient client;
  std::array<char, 8192> space{};
};

TEST_CASE("plaintext comes out of a read, and what is written goes out encrypted") {
  Rig rig;
  rig.connect();
  std::string answer = "an answer";
  CHECK(rig.stream.try_write(answer));
  CHECK(answer.empty());
  CHECK(rig.peer->written.find("an answer") == std::string::npos);
  rig.poll();
  CHECK(rig.client.plain == "an answer");
}

TEST_CASE("the stream knows the names of a client whose certificate was verified") {
  Rig nobody;
  CHECK(nobody.stream.peer_names().empty());
  nobody.connect();
  CHECK(nobody.stream.peer_names().empty());
  CHECK(nobody.stream.is_encrypted());
  const test::Certificate shown =
      test::make_certificate({.name = "gw", .sans = {"DNS:gw.example"}, .issuer = &certificate()});
  Rig gateway(nullptr, &shown);
  gateway.connect();
  REQUIRE(gateway.stream.peer_names().size() == 1);
  CHECK(gateway.stream.peer_names().front() == "gw.example");
}

TEST_CASE("what the kernel does not take at once is written later, in order") {
  Rig rig;
  rig.connect();
  rig.peer->set_room(1000);
  std::string text(100'000, 'x');
  CHECK_FALSE(rig.stream.try_write(text));
  CHECK(text.empty());
  asio::error_code error = asio::error::would_block;
  std::string rest = "behind";
  auto work = Rig::write_rest(rig, rest, error);
  rig.spawn(std::move(work));
  rig.poll();
  CHECK(error == asio::error::would_block);
  rig.peer->set_room(10'000'000);
  rig.poll();
  CHECK_FALSE(error);
  CHECK(rig.client.plain == std::string(100'000, 'x') + "behind");
}

TEST_CASE("the end of TLS is not the end that receipts go by") {
  SUBCASE("both ends together: TCP's is told") {
    Rig rig;
    rig.connect();
    rig.client.close();
    Rig::Read got;
    rig.begin_read(got);
    CHECK_FALSE(got.done);
    rig.peer->end();
    rig.poll();
    CHECK(got.error == asio::error::eof);
  }
  SUBCASE("a reset behind it is a reset") {
    Rig rig;
    rig.connect();
    rig.client.close();
    Rig::Read got;
    rig.begin_read(got);
    rig.peer->reset();
    rig.poll();
    CHECK(got.done);
    CHECK(got.error != asio::error::eof);
    CHECK(got.error != Stream::no_more_requests);
  }
  SUBCASE("a client that keeps TCP open is told our end soon") {
    Rig rig;
    rig.connect();
    rig.client.close();
    Rig::Read got;
    rig.begin_read(got);
    // 400 ms, if the machine has a processor for them; a step in which it had none counts as one.
    for (int steps = 0; steps < 80 && !got.done; ++steps) rig.run_for(std::chrono::milliseconds(5));
    CHECK(got.done);
    CHECK(got.error == Stream::no_more_requests);
    CHECK_FALSE(rig.stream.shutdown_write());
    rig.poll();
    CHECK(rig.client.closed);
    CHECK(rig.peer->ended_by_us);
    Rig::Read last;
    rig.begin_read(last);
    rig.run_for(std::chrono::milliseconds(300));
    CHECK_FALSE(last.done);  // from now on only TCP's end counts
    rig.peer->end();
    rig.poll();
    CHECK(last.error == asio::error::eof);
  }
}

TEST_CASE("after our end nothing goes out, and what the client still asks for does not break its end") {
  Rig rig;
  rig.connect();
  SUBCASE("new keys, which want an answer") {
    CHECK_FALSE(rig.stream.shutdown_write());
    rig.poll();
    CHECK(rig.client.closed);
  }
  SUBCASE("a kernel that had no room for close_notify") {
    rig.peer->set_room(3);
    CHECK_FALSE(rig.stream.shutdown_write());
    rig.peer->set_room(std::string::npos);
  }
  rig.peer->written.clear();
  rig.client.update_key();
  rig.peer->send(rig.client.to_send());
  Rig::Read got;
  rig.begin_read(got);
  rig.poll();
  CHECK_FALSE(got.done);
  rig.peer->end();
  rig.poll();
  CHECK(got.error == asio::error::eof);
  CHECK(rig.peer->written.empty());
  CHECK(rig.peer->misuse == "");
}

TEST_CASE("a client that speaks plain HTTP reads why it is refused") {
  Rig rig;
  static_cast<void>(rig.client.to_send());
  rig.peer->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Rig::Read got;
  auto work = Rig::read_once(rig, got);
  rig.spawn(std::move(work));
  rig.io.poll();
  CHECK(got.error == Stream::no_more_requests);
  CHECK(rig.peer->written.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(rig.peer->written.ends_with("client sent an HTTP request to an HTTPS server: write https:// in its address\n"));
}

TEST_CASE("what had arrived when the last byte went out is early, whichever part of it was read by then") {
  Rig rig;
  rig.connect();
  rig.client.write("early");
  rig.peer->send(rig.client.to_send());
  rig.stream.mark_early();
  Rig::Read got = rig.read();
  CHECK(got.text == "early");
  CHECK(rig.stream.early_of(got.text.size()) == 5);
  rig.client.write("late");
  got = rig.read();
  CHECK(got.text == "late");
  CHECK(rig.stream.early_of(got.text.size()) == 0);
}

TEST_CASE("a record that had arrived in part is early, and the next one is not") {
  Rig rig;
  rig.connect();
  rig.client.write("early");
  const std::string wire = rig.client.to_send();
  rig.peer->send(wire.substr(0, 10));
  rig.stream.mark_early();
  Rig::Read got;
  rig.begin_read(got);
  CHECK_FALSE(got.done);
  rig.peer->send(wire.substr(10));
  rig.poll();
  CHECK(got.text == "early");
  CHECK(rig.stream.early_of(got.text.size()) == 5);
  rig.client.write("late");
  got = rig.read();
  CHECK(rig.stream.early_of(got.text.size()) == 0);
}

TEST_CASE("a record of which half is read counts as unread, and is early as a whole") {
  Rig rig;
  rig.connect();
  rig.client.write(std::string(10'000, 'x'));
  Rig::Read got = rig.read();
  CHECK(got.text.size() == 8192);
  CHECK(rig.stream.has_unread());
  rig.stream.mark_early();
  got = rig.read();
  CHECK(got.text.size() == 10'000 - 8192);
  CHECK(rig.stream.early_of(got.text.size()) == got.text.size());
  CHECK_FALSE(rig.stream.has_unread());
}

TEST_CASE("a handshake that fails ends in order, so that the client reads the alert") {
  Rig rig;
  static_cast<void>(rig.client.to_send());
  rig.peer->send(std::string("\x16\x03\x01\x00\x05hello", 10));
  Rig::Read got;
  auto work = Rig::read_once(rig, got);
  rig.spawn(std::move(work));
  rig.io.poll();
  CHECK(got.error == Stream::no_more_requests);
  CHECK(rig.peer->written.substr(0, 1) == "\x15");
}

TEST_CASE("handshakes of a peer wait for their turn, and are turned away where that is too far") {
  HandshakeBucket handshakes;
  const SteadyTime now = std::chrono::steady_clock::now();
  for (int i = 0; i < HandshakeBucket::burst; ++i) REQUIRE(handshakes.take(now) == std::chrono::nanoseconds(0));
  CHECK(handshakes.take(now) == HandshakeBucket::interval);
  SUBCASE("a little later") {
    for (int i = 0; i < 10; ++i) REQUIRE(handshakes.take(now));
    Rig rig(&handshakes);
    Rig::Read first;
    rig.client.write("hello");
    rig.begin_read(first);
    CHECK(rig.peer->written.empty());
    CHECK_FALSE(rig.client.established);
    while (!rig.client.established) {
      rig.run_for(std::chrono::milliseconds(5));
      rig.poll();
    }
    CHECK(std::chrono::steady_clock::now() - now >= 10 * HandshakeBucket::interval);
  }
  SUBCASE("cancelled meanwhile") {
    for (int i = 0; i < 200; ++i) REQUIRE(handshakes.take(now));
    Rig rig(&handshakes);
    Rig::Read first;
    rig.client.write("hello");
    rig.begin_read(first);
    CHECK_FALSE(first.done);
    rig.stream.cancel();
    rig.poll();
    CHECK(first.done);
    CHECK(first.error == asio::error::operation_aborted);
  }
  SUBCASE("turned away") {
    const SteadyTime later = now + std::chrono::minutes(1);  // however slow this test is
    while (handshakes.take(later)) {
    }
    Rig rig(&handshakes);
    rig.client.write("hello");
    const Rig::Read got = rig.read();
    CHECK(got.done);
    CHECK(got.error == asio::error::connection_aborted);
    CHECK(rig.statistics.handshake_errors.load() == 1);
    CHECK(handshakes.take(later + std::chrono::seconds(1)));
  }
}

TEST_CASE("a stream that is cancelled says so") {
  Rig rig;
  rig.connect();
  Rig::Read got;
  rig.begin_read(got);
  rig.stream.cancel();
  rig.poll();
  CHECK(got.error == asio::error::operation_aborted);
}

}  // namespace
}  // namespace oneshot::net
