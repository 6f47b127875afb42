// SPDX-License-Identifier: MIT
// The client that asks others, against real sockets: a server that says one thing and nothing else.
#include "net/http_client.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

using oneshot::Result;
using oneshot::UniqueFd;
using oneshot::Url;
using oneshot::net::HttpError;
using oneshot::net::HttpServer;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t max_bytes = 100'000;

/// Accepts one connection, reads its request, and does with it what a test wants.
class OneAnswer {
 public:
  using Does = std::function<void(int fd)>;
  explicit OneAnswer(Does does) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(listener_.get(), 1) == 0);
    socklen_t size = sizeof at;
    REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port = ntohs(at.sin_port);
    thread_ = std::thread([this, does = std::move(does)] { serve(does); });
  }
  ~OneAnswer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  /// After the answer.
  std::string request() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    return request_;
  }
  std::uint16_t port = 0;

 private:
  void serve(const Does& does) {
    const UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) return;
    char piece[4096];
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t size = ::recv(fd.get(), piece, sizeof piece, 0);
      if (size <= 0) return;
      request_.append(piece, static_cast<std::size_t>(size));
    }
    does(fd.get());
  }

  UniqueFd listener_;
  std::string request_;
  std::thread thread_;
};

void say(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}
OneAnswer::Does says(std::string text) {
  return [text = std::move(text)](int fd) { say(fd, text); };
}
/// Until the client has gone.
void hold(int fd) {
  char byte;
  while (::recv(fd, &byte, 1, 0) > 0) continue;
}

using Got = std::optional<Result<std::string, HttpError>>;

asio::awaitable<void> ask(asio::io_context& io, HttpServer server, std::string path, Got& got) {
  const asio::any_io_executor executor = io.get_executor();
  Result<std::string, HttpError> result =
      co_await oneshot::net::http_get(executor, std::move(server), std::move(path), max_bytes);
  got.emplace(std::move(result));
}

Result<std::string, HttpError> get(const HttpServer& server, const std::string& path = "/a?b=c") {
  asio::io_context io{1};
  Got got;
  asio::co_spawn(io, ask(io, server, path, got), [](const std::exception_ptr& fault) { REQUIRE(!fault); });
  io.run();
  REQUIRE(got.has_value());
  return std::move(*got);
}

HttpServer at(std::uint16_t port, milliseconds timeout = milliseconds(5000)) {
  return {Url::parse("http://127.0.0.1:" + std::to_string(port) + "/prom").value(), {}, timeout};
}

std::string error_of(const OneAnswer::Does& does, milliseconds timeout = milliseconds(5000)) {
  const OneAnswer server(does);
  const auto got = get(at(server.port, timeout));
  REQUIRE(!got.has_value());
  return got.error().text;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a body with a length, and the request that asked for it") {
  OneAnswer server(says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  HttpServer asked = at(server.port);
  asked.headers = {{"Authorization", "Bearer secret"}, {"X-Scope-OrgID", "tenant"}};
  const auto got = get(asked);
  REQUIRE(got.has_value());
  CHECK(*got == "hello");
  const std::string request = server.request();
  CHECK(request.starts_with("GET /prom/a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port) + "\r\n"));
  CHECK(has(request, "\r\nAuthorization: Bearer secret\r\n"));
  CHECK(has(request, "\r\nX-Scope-OrgID: tenant\r\n"));
  CHECK(has(request, "\r\nConnection: close\r\n"));
}

TEST_CASE("a body in chunks, however it is cut") {
  const OneAnswer server([](int fd) {
    for (const char c : std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n"
                                    "0\r\nTrailer: x\r\n\r\n")) {
      say(fd, {&c, 1});
    }
  });
  const auto got = get(at(server.port));
  REQUIRE(got.has_value());
  CHECK(*got == "hello");
}

TEST_CASE("a body up to the end of the connection") {
  const OneAnswer server(says("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"));
  const auto got = get(at(server.port));
  REQUIRE(got.has_value());
  CHECK(*got == "hello");
}

TEST_CASE("an empty body, and an interim response before it") {
  const OneAnswer server(
      says("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  const auto got = get(at(server.port));
  REQUIRE(got.has_value());
  CHECK(got->empty());
}

TEST_CASE("it waits for no more than the answer") {
  const OneAnswer server([](int fd) {
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 x\r\n\r\n");
    hold(fd);
  });
  CHECK(*get(at(server.port)) == "ok");
}

TEST_CASE("an answer that is cut") {
  CHECK(has(error_of(says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")), "ended the connection within"));
  CHECK(has(error_of(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n")),
            "ended the connection within"));
  CHECK(has(error_of(says("HTTP/1.1 20")), "ended the connection within"));
  CHECK(has(error_of(says("")), "ended the connection within"));
}

TEST_CASE("a connection that is reset") {
  const std::string error = error_of([](int fd) {
    const linger at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  });
  CHECK(has(error, "cannot read from 127.0.0.1"));
}

TEST_CASE("a server that says nothing, or does not come to an end, has as long as the timeout") {
  const auto begin = oneshot::system_clock().steady();
  CHECK(has(error_of(hold, milliseconds(200)), "no whole answer within 0.200 s"));
  CHECK(has(error_of(
                [](int fd) {
                  say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel");
                  hold(fd);
                },
                milliseconds(200)),
            "no whole answer within"));
  CHECK(oneshot::system_clock().steady() - begin >= milliseconds(400));
}

TEST_CASE("an answer that is too large, with a length, in chunks, or without either") {
  const std::string large(max_bytes + 1, 'x');
  for (const std::string& head :
       {"Content-Length: " + std::to_string(large.size()) + "\r\n\r\n", std::string("\r\n")}) {
    const OneAnswer server(says("HTTP/1.1 200 OK\r\n" + head + large));
    const auto got = get(at(server.port));
    REQUIRE(!got.has_value());
    CHECK(got.error().too_large);
    CHECK(has(got.error().text, "more than 100000 bytes"));
  }
  // One byte a chunk: more bytes on the wire than any body of that length needs.
  std::string chunks;
  for (int i = 0; i < 60'000; ++i) chunks += "1;a=bbbbbbbb\r\nx\r\n";
  const OneAnswer server(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks));
  const auto got = get(at(server.port));
  REQUIRE(!got.has_value());
  CHECK(got.error().too_large);
}

TEST_CASE("a redirect is not followed: its target is named") {
  const OneAnswer server(says("HTTP/1.1 302 Found\r\nLocation: http://elsewhere/login\r\nContent-Length: 0\r\n\r\n"));
  const auto got = get(at(server.port));
  REQUIRE(!got.has_value());
  CHECK(got.error().status == 302);
  CHECK(has(got.error().text, "a redirect to \"http://elsewhere/login\""));
}

TEST_CASE("other statuses are errors with a word of advice and the begin of the body") {
  const auto error_at = [](const std::string& status) {
    return error_of(says("HTTP/1.1 " + status + "\r\nContent-Length: 7\r\n\r\nno\x01 body"));
  };
  CHECK(has(error_at("401 Unauthorized"), "header_file"));
  CHECK(has(error_at("403 Forbidden"), "header_file"));
  CHECK(has(error_at("404 Not Found"), "is the path of the URL right"));
  CHECK(has(error_at("503 Service Unavailable"), "answers 503: \"no\\x01 bod"));
  CHECK(has(error_at("204 No Content"), "answers 204"));
}

TEST_CASE("what does not speak HTTP") {
  CHECK(has(error_of(says("SSH-2.0-OpenSSH_9.2\r\n")), "does not answer in HTTP"));
  CHECK(has(error_of(says("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")), "does not answer in HTTP"));
  CHECK(has(error_of(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")), "does not answer in HTTP"));
}

TEST_CASE("nobody there") {
  std::uint16_t port = 0;
  {
    const OneAnswer server(hold);
    port = server.port;
  }
  const auto got = get(at(port));
  REQUIRE(!got.has_value());
  CHECK(has(got.error().text, "cannot connect to 127.0.0.1"));
  CHECK(has(got.error().text, "Connection refused"));
}

TEST_CASE("a name that is looked up, and one that is not to be found") {
  OneAnswer server(says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  HttpServer asked = at(server.port);
  asked.url.host = "localhost";
  CHECK(*get(asked) == "ok");
  asked.url.host = "no-such-host.invalid";
  const auto got = get(asked);
  REQUIRE(!got.has_value());
  CHECK(has(got.error().text, "no-such-host.invalid"));
}
