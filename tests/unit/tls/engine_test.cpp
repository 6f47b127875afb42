// SPDX-License-Identifier: MIT
#include "tls/engine.hpp"

#include <doctest/doctest.h>

#include <array>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "support/certificates.hpp"
#include "support/tls_client.hpp"

namespace oneshot::tls {
namespace {

using State = Engine::State;
using test::Certificate;
using test::make_certificate;
using test::TlsClient;

const Certificate& server_certificate() {
  static const Certificate made = make_certificate();
  return made;
}

Options options() {
  Options made;
  made.certificate = server_certificate().certificate;
  made.key = server_certificate().key;
  return made;
}

std::shared_ptr<const Context> context(const Options& given = options()) {
  auto made = Context::make(given);
  REQUIRE_MESSAGE(made.has_value(), (made ? std::string() : made.error().option + ": " + made.error().text));
  return *made;
}

/// Both ends, and the wire between them.
struct Connection {
  explicit Connection(const Options& server = options(), const TlsClient::Options& given = {})
      : engine(context(server)), client(given) {}

  /// Carries what there is until nobody has anything to say. `piece`: the most bytes that arrive at once.
  void run(std::size_t piece = 1 << 20) {
    for (bool more = true; more;) {
      const std::string wire = client.to_send();
      for (std::size_t at = 0; at < wire.size(); at += piece) {
        engine.receive(std::string_view(wire).substr(at, piece));
        read();
      }
      read();
      std::string back;
      engine.drain(back);
      if (!back.empty()) client.receive(back);
      more = !back.empty() || !wire.empty();
    }
  }
  void read() {
    std::array<char, 8192> space;
    for (;;) {
      const Engine::Read got = engine.read(space.data(), space.size());
      state = got.state;
      plain.append(space.data(), got.size);
      if (got.size == 0) return;
    }
  }

  Engine engine;
  TlsClient client;
  State state = State::open;
  std::string plain;
};

TEST_CASE("both sides read what the other one writes, in whatever pieces it comes") {
  for (const int version : {0x0303, 0x0304}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
      CAPTURE(version);
      CAPTURE(piece);
      Connection connection(options(), {.max_version = version});
      connection.run(piece);
      REQUIRE(connection.engine.established());
      REQUIRE(connection.client.established);
      const std::string text(100'000, 'x');
      connection.client.write(text);
      CHECK(connection.engine.write("hello"));
      connection.run(piece);
      CHECK(connection.plain == text);
      CHECK(connection.client.plain == "hello");
      CHECK(connection.state == State::open);
    }
  }
}

TEST_CASE("no record is larger than 4 KiB, since clients read ahead by what records are") {
  Connection connection;
  connection.run();
  CHECK(connection.engine.write(std::string(1 << 20, 'x')));
  connection.run();
  CHECK(connection.client.plain.size() == 1 << 20);
  CHECK(connection.client.largest_record == 4096);
}

TEST_CASE("the end of the peer's side is told, and ours is sent") {
  Connection connection;
  connection.run();
  connection.client.write("last");
  connection.client.close();
  connection.run();
  CHECK(connection.plain == "last");
  CHECK(connection.state == State::closed);
  CHECK(connection.engine.write("an answer"));
  connection.engine.close();
  connection.run();
  CHECK(connection.client.plain == "an answer");
  CHECK(connection.client.closed);
}

TEST_CASE("plain HTTP is told from TLS by its first byte") {
  Engine engine(context());
  engine.receive("GET / HTTP/1.1\r\n");
  std::array<char, 64> space;
  CHECK(engine.read(space.data(), space.size()).state == State::not_tls);
  CHECK_FALSE(engine.write("x"));
}

TEST_CASE("what is no TLS behind its first byte fails with a reason") {
  Engine engine(context());
  engine.receive(std::string("\x16\x03\x01\x00\x05hello", 10));
  std::array<char, 64> space;
  CHECK(engine.read(space.data(), space.size()).state == State::failed);
  CHECK_FALSE(engine.failure().empty());
  std::string alert;
  engine.drain(alert);
  CHECK_FALSE(alert.empty());
}

TEST_CASE("a record that was changed on its way ends the connection") {
  Connection connection;
  connection.run();
  connection.client.write("event");
  std::string wire = connection.client.to_send();
  wire.back() = static_cast<char>(wire.back() ^ 1);
  connection.engine.receive(wire);
  connection.read();
  CHECK(connection.state == State::failed);
  CHECK(connection.plain.empty());
}

TEST_CASE("HTTP/1.1 is chosen, and a client that speaks HTTP/2 alone is refused") {
  Connection both(options(), {.protocols = std::string("\x02h2\x08http/1.1", 12)});
  both.run();
  CHECK(both.client.protocol() == "http/1.1");
  Connection one(options(), {.protocols = std::string("\x02h2", 3)});
  one.run();
  CHECK(one.state == State::failed);
  CHECK(one.client.failed);
}

TEST_CASE("new keys in the middle change nothing") {
  Connection connection;
  connection.run();
  connection.client.update_key();
  connection.client.write("behind");
  connection.run();
  CHECK(connection.plain == "behind");
}

TEST_CASE("who must show a certificate, and of whom") {
  const Certificate authority = make_certificate({.name = "authority"});
  const Certificate friendly =
      make_certificate({.name = "f",
                        .sans = {"DNS:prom.example", "IP:10.0.0.7", "IP:2001:db8::1", "email:a@b", "URI:spiffe://a/b"},
                        .issuer = &authority});
  const Certificate stranger = make_certificate({.name = "stranger"});
  const Certificate ended = make_certificate({.name = "e", .issuer = &authority, .seconds = -60});
  struct Row {
    ClientAuth auth;
    bool without, with_friendly, with_stranger, with_ended;
  };
  for (const Row& row :
       {Row{ClientAuth::none, true, true, true, true}, Row{ClientAuth::request, true, true, true, true},
        Row{ClientAuth::require_any, false, true, true, true},
        Row{ClientAuth::verify_if_given, true, true, false, false},
        Row{ClientAuth::require_and_verify, false, true, false, false}}) {
    for (const int version : {0x0303, 0x0304}) {
      CAPTURE(static_cast<int>(row.auth));
      CAPTURE(version);
      Options server = options();
      server.client_ca = authority.certificate;
      server.client_auth = row.auth;
      const auto gets_in = [&](const Certificate* shown) {
        Connection connection(server, {.certificate = shown, .max_version = version});
        connection.run();
        return connection.engine.established();
      };
      CHECK(gets_in(nullptr) == row.without);
      CHECK(gets_in(&friendly) == row.with_friendly);
      CHECK(gets_in(&stranger) == row.with_stranger);
      CHECK(gets_in(&ended) == row.with_ended);
    }
  }
  for (const auto& san : std::vector<std::pair<std::string, bool>>{{"prom.example", true},
                                                                   {"10.0.0.7", true},
                                                                   {"2001:db8::1", true},
                                                                   {"a@b", true},
                                                                   {"spiffe://a/b", true},
                                                                   {"example", false},
                                                                   {"PROM.example", false},
                                                                   {"*.example", false},
                                                                   {"", false}}) {
    CAPTURE(san.first);
    Options server = options();
    server.client_ca = authority.certificate;
    server.client_auth = ClientAuth::require_and_verify;
    server.client_allowed_sans = {"other", san.first};
    Connection connection(server, {.certificate = &friendly});
    connection.run();
    CHECK(connection.engine.established() == san.second);
  }
}

TEST_CASE("only a certificate that was verified names its client") {
  const Certificate authority = make_certificate({.name = "authority"});
  const std::vector<std::string> names{"prom.example", "10.0.0.7"};
  const Certificate friendly =
      make_certificate({.name = "f", .sans = {"DNS:prom.example", "IP:10.0.0.7"}, .issuer = &authority});
  const Certificate stranger = make_certificate({.name = "s", .sans = {"DNS:prom.example"}});
  for (const int version : {0x0303, 0x0304}) {
    for (const ClientAuth auth : {ClientAuth::none, ClientAuth::request, ClientAuth::require_any,
                                  ClientAuth::verify_if_given, ClientAuth::require_and_verify}) {
      CAPTURE(static_cast<int>(auth));
      CAPTURE(version);
      Options server = options();
      server.client_ca = authority.certificate;
      server.client_auth = auth;
      const auto named = [&](const Certificate* shown) {
        Connection connection(server, {.certificate = shown, .max_version = version});
        connection.run();
        return connection.engine.verified_names();
      };
      CHECK(named(&friendly) == (verifies(auth) ? names : std::vector<std::string>()));
      CHECK(named(&stranger).empty());
      CHECK(named(nullptr).empty());
    }
  }
}

TEST_CASE("versions, ciphers and curves are those of the options") {
  Options server = options();
  server.max_version = Version::tls12;
  server.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"};
  server.curves = {"CurveP256"};
  Connection connection(server);
  connection.run();
  CHECK(connection.client.cipher() == "ECDHE-ECDSA-AES256-GCM-SHA384");
  server.max_version = Version::tls13;
  server.min_version = Version::tls13;
  Connection older(server, {.max_version = 0x0303});
  older.run();
  CHECK_FALSE(older.engine.established());
}

std::string fault(const Options& given) {
  const auto made = Context::make(given);
  return made ? "none" : made.error().option + ": " + made.error().text;
}

TEST_CASE("what is wrong with the options is named") {
  Options given = options();
  given.certificate = "";
  CHECK(fault(given) == "certificate: has no certificate (-----BEGIN CERTIFICATE-----)");
  given = options();
  given.certificate.replace(given.certificate.find("MII"), 3, "???");
  CHECK(fault(given).starts_with("certificate: is damaged: "));
  given = options();
  given.key = given.certificate;
  CHECK(fault(given) == "key: has no private key (-----BEGIN PRIVATE KEY-----)");
  given.key = make_certificate().key;
  CHECK(fault(given) == "key: does not belong to the certificate");
  given.key = make_certificate({.rsa = true}).key;
  CHECK(fault(given) == "key: does not belong to the certificate");
  given = options();
  given.cipher_suites = {"TLS_NO_SUCH"};
  CHECK(fault(given) == "cipher_suites: unknown cipher: \"TLS_NO_SUCH\"");
  given = options();
  given.curves = {"CurveP1"};
  CHECK(fault(given) ==
        "curve_preferences: unknown curve: \"CurveP1\"; allowed: X25519, CurveP256, CurveP384, CurveP521");
  given = options();
  given.client_auth = ClientAuth::require_and_verify;
  given.client_ca = "nothing";
  CHECK(fault(given) == "client_ca: has no certificate (-----BEGIN CERTIFICATE-----)");
}

TEST_CASE("when the certificate ends is known to the second") {
  Options given = options();
  const Certificate made = make_certificate({.seconds = 86400});
  given.certificate = made.certificate;
  given.key = made.key;
  const auto now = std::time(nullptr);
  const auto expires = context(given)->expires_unix_seconds();
  CHECK(context(given)->subject() == "CN=localhost");
  CHECK(expires >= now + 86400 - 5);
  CHECK(expires <= now + 86400 + 5);
}

}  // namespace
}  // namespace oneshot::tls
