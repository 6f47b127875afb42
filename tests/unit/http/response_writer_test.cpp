// SPDX-License-Identifier: MIT
#include "http/response_writer.hpp"

#include <doctest/doctest.h>

#include <string>

#include "http/date.hpp"
#include "http/statistics.hpp"
#include "http/status.hpp"

namespace oneshot::http {
namespace {

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";

class Nothing final : public BodySource {
 public:
  explicit Nothing(std::uint64_t size) : size_(size) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  bool append_next(std::string& /*out*/) override { return false; }

 private:
  std::uint64_t size_;
};

std::string head(const Reply& reply, HeadOptions options = {}) {
  options.date = date;
  std::string out;
  append_head(out, reply, options);
  return out;
}

}  // namespace

TEST_CASE("the reply to an event has no body and says so") {
  CHECK(head(Reply(200)) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("the id of the event that was stored is a header, and the answer is as bare as without it") {
  Reply reply(200);
  CHECK_FALSE(reply.has_event_id());
  reply.event_id.fill('a');
  CHECK(reply.is_bare_ok());
  CHECK(head(reply) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nEvent-Id: aaaaaaaaaaaaaaaaaaaaaaaa\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("a body has a type and a length") {
  CHECK(head(Reply(404, "no such path\n")) ==
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("what the client has already comes without a length, which would be that of its body") {
  CHECK(head(Reply(304)) ==
        "HTTP/1.1 304 Not Modified\r\nContent-Type: text/plain; charset=utf-8\r\nDate: Sun, 06 Nov 1994 08:49:37 "
        "GMT\r\n\r\n");
}

TEST_CASE("the length of a source is that of all its pieces") {
  Reply reply(200);
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
  reply.source = std::make_unique<Nothing>(12345678901);
  CHECK(head(reply) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: 12345678901\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("the head of a reply to HEAD is that of GET, and a length that is not known is left out") {
  const HeadOptions options{.head_request = true, .keep_alive = true, .http10 = false, .date = {}};
  CHECK(head(Reply(200, "OK\n"), options) == head(Reply(200, "OK\n")));
  Reply unknown(200);
  unknown.content_type = "text/plain; version=0.0.4; charset=utf-8";
  CHECK(head(unknown, options) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("a refusal says when to come again") {
  Reply reply(503);
  reply.retry_after_seconds = 5;
  CHECK(head(reply) ==
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Retry-After: 5\r\n\r\n");
}

TEST_CASE("headers without a member of their own are given as whole lines") {
  Reply reply(200, "x");
  reply.content_encoding = "gzip";
  reply.extra_headers = "Vary: Accept-Encoding\r\nX-A:\r\n";
  CHECK(head(reply) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n"
        "Vary: Accept-Encoding\r\nX-A:\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
  Reply location(200);
  CHECK(location.is_bare_ok());
  location.extra_headers = "Location: /ui/\r\n";
  CHECK_FALSE(location.is_bare_ok());
}

TEST_CASE("extra headers are whole lines and nothing else") {
  for (const std::string_view good : {"", "A: b\r\n", "A:\r\nB: \tc d\r\n", "A: \xc3\xa9:\r\n"}) {
    CAPTURE(good);
    CHECK(are_header_lines(good));
  }
  for (const std::string_view bad : {"A: b", "A: b\r", "A: b\n", "A: b\r\n\r\n", "\r\n", "A b\r\n", ": b\r\n",
                                     "A : b\r\n", "A: b\rc\r\n", "A: b\nc\r\n", "A: b\r\nB", "A: \x01\r\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(are_header_lines(bad));
  }
}

TEST_CASE("what must not be answered twice is kept out of caches") {
  Reply reply(200);
  reply.no_store = true;
  CHECK(head(reply) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Cache-Control: no-store, private\r\n\r\n");
}

TEST_CASE("the end of a connection is announced, and in HTTP/1.0 its life") {
  const auto connection = [](bool keep_alive, bool http10) {
    const std::string text =
        head(Reply(200), {.head_request = false, .keep_alive = keep_alive, .http10 = http10, .date = {}});
    const auto at = text.find("Connection:");
    return at == std::string::npos ? std::string() : text.substr(at);
  };
  CHECK(connection(true, false).empty());
  CHECK(connection(true, true) == "Connection: keep-alive\r\n\r\n");
  CHECK(connection(false, false) == "Connection: close\r\n\r\n");
  CHECK(connection(false, true) == "Connection: close\r\n\r\n");
}

TEST_CASE("every status is counted by itself, in ascending order, and has a phrase") {
  Statistics statistics;
  int last = 199;
  for (const Status& status : statuses) {
    CAPTURE(status.code);
    CHECK(status.code > last);
    last = status.code;
    CHECK(head(Reply(status.code)).starts_with("HTTP/1.1 " + std::to_string(last) + " " + std::string(status.phrase)));
    CHECK_FALSE(status.phrase.empty());
    statistics.count_response(status.code);
  }
  for (const auto& counter : statistics.responses) CHECK(counter.load() == 1);
}

TEST_CASE("a head is appended to what stands there") {
  std::string out = "before";
  append_head(out, Reply(200), {.head_request = false, .keep_alive = true, .http10 = false, .date = date});
  CHECK(out.starts_with("beforeHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("dates are written as RFC 9110 wants them") {
  HttpDate clock;
  CHECK(clock.at(784111777000) == date);
  CHECK(clock.at(784111777999) == date);
  CHECK(clock.at(784111778000) == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(clock.at(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(clock.at(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
  CHECK(clock.at(951782400000) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(clock.at(1767225599999) == "Wed, 31 Dec 2025 23:59:59 GMT");
  CHECK(clock.at(253402300799000) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

}  // namespace oneshot::http
