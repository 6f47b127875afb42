// SPDX-License-Identifier: MIT
//
// What tells of a proxy between a scraper and the server, and what follows from it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "app/scrape/proxy/proxy_signs.hpp"
#include "app/scrape/proxy/proxy_watch.hpp"
#include "base/log.hpp"
#include "support/captured_log.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using delivery::Outcome;
using test::Answer;
using test::App;
using enum ProxySigns::Proxy;
using Headers = std::vector<http::Header>;

ProxySigns signs(const Headers& headers) {
  http::Request request;
  request.headers = headers;
  return find_proxy_signs(request);
}

const Headers prometheus{{"Host", "a:8090"}, {"User-Agent", "Prometheus/2.53.3"}, {"Accept-Encoding", "gzip"}};
const Headers by_haproxy{{"host", "a:8090"}, {"user-agent", "Prometheus/2.53.3"}, {"accept-encoding", "gzip"}};

Headers with(Headers headers, const http::Header& more) {
  headers.push_back(more);
  return headers;
}

Answer get(App& app, const std::string& scraper, const Headers& headers) {
  return app.call({.target = "/metrics?scraper=" + scraper, .headers = headers});
}

/// A batch of one event that is on its way to a scraper with these headers.
Answer sent(App& app, const Headers& headers) {
  app.event("n=1");
  Answer answer = get(app, "s", headers);
  REQUIRE(answer.reply.receipt != nullptr);
  return answer;
}

TEST_CASE("a program that writes capitals, whose request has them, comes directly") {
  CHECK(signs(prometheus).proxy == none);
  CHECK(signs(prometheus).sign.empty());
  for (const char* program : {"VictoriaMetrics", "vm_promscrape", "vmagent/1.9", "Go-http-client/1.1", "curl/7.88.1"})
    CHECK(signs({{"Host", "a"}, {"User-Agent", program}}).proxy == none);
}

TEST_CASE("the same program's header names in lower case are a proxy's") {
  CHECK(signs(by_haproxy).proxy == certain);
  CHECK(signs(by_haproxy).sign == "header names in lower case");
  CHECK(signs({{"host", "a"}, {"user-agent", "curl/7.88.1"}}).proxy == certain);
  CHECK(signs(with(by_haproxy, {"X-Extra", "1"})).proxy == none);
}

TEST_CASE("a forwarding header is a proxy's, whoever scrapes") {
  for (const char* name : {"Via", "X-Varnish", "Forwarded", "X-Forwarded-For", "X-Real-Ip", "via"}) {
    CHECK(signs(with(prometheus, {name, "1.1 cache"})).proxy == certain);
    CHECK(signs({{name, ""}}).proxy == certain);
  }
  CHECK(signs(with(prometheus, {"Via", "1.1 a\x01"})).sign == "Via: 1.1 a\\x01");
}

TEST_CASE("a proxy that names the scraper was set up for that, unless it says more") {
  CHECK(signs(with(prometheus, {"X-Forwarded-For", "10.0.0.9"})).set_up);
  CHECK_FALSE(signs(with(with(prometheus, {"X-Forwarded-For", "10.0.0.9"}), {"X-Varnish", "3"})).set_up);
  CHECK_FALSE(signs(by_haproxy).set_up);
}

TEST_CASE("of a program that nobody knows lower case says nothing") {
  CHECK(signs({{"host", "a"}, {"user-agent", "hyper/1"}}).proxy == perhaps);
  CHECK(signs({{"Host", "a"}, {"User-Agent", "Prometheus-like/1"}}).proxy == perhaps);
  CHECK(signs({}).proxy == perhaps);
}

TEST_CASE("Prometheus never asks to close its connection, so perhaps a proxy does") {
  CHECK(signs(with(prometheus, {"Connection", "close"})).proxy == perhaps);
  CHECK(signs(with(prometheus, {"Connection", "keep-alive"})).proxy == none);
  CHECK(signs({{"User-Agent", "vm_promscrape"}, {"Connection", "close"}}).proxy == none);
}

TEST_CASE("whether the connection is to be closed") {
  CHECK(signs({{"Connection", "close"}}).closes);
  CHECK(signs({{"Connection", "TE, Close"}}).closes);
  CHECK_FALSE(signs({{"Connection", "closed"}}).closes);
  CHECK_FALSE(signs({}).closes);
}

TEST_CASE("the second reset in a row that looks like a scraper's failure is taken for a proxy's, loudly") {
  ProxyWatch watch;
  log::set_level(log::Level::warn);
  const oneshot::test::CapturedLog log;
  CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  CHECK(watch.outcome_of("other", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  CHECK(log.count("level=warn") == 0);
  CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::delivered);
  CHECK(log.count("level=warn") == 1);
  CHECK(log.count("option forwardfor") == 1);
  CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  log::set_level(log::Level::error);
}

TEST_CASE("any other outcome ends the row of resets") {
  for (const Outcome other : {Outcome::delivered, Outcome::truncated, Outcome::timed_out}) {
    ProxyWatch watch;
    CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
    CHECK(watch.outcome_of("s", other, true) == other);
    CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  }
}

TEST_CASE(
    "a reset that comes a while after the last acknowledgement is of a scraper that stood still, and no relay's") {
  ProxyWatch watch;
  watch.was_reset_idle("s");
  for (int i = 0; i < 10; ++i) CHECK(watch.outcome_of("s", Outcome::unconfirmed, false) == Outcome::unconfirmed);
  CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  CHECK(watch.outcome_of("s", Outcome::unconfirmed, false) == Outcome::unconfirmed);
  CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  CHECK(watch.way_of("s") == ProxyWatch::Way::in_doubt);
}

TEST_CASE("only so many scrapers are remembered, and the others are judged by each reply alone") {
  ProxyWatch watch;
  for (std::size_t i = 0; i < ProxyWatch::max_scrapers; ++i) CHECK(watch.first_time("s" + std::to_string(i)));
  CHECK_FALSE(watch.first_time("s0"));
  CHECK_FALSE(watch.first_time("one more"));
  for (int i = 0; i < 3; ++i) CHECK(watch.outcome_of("one more", Outcome::unconfirmed, true) == Outcome::unconfirmed);
}

TEST_CASE("a receipt says who reads the reply, and from when on its reader may have given up") {
  App app;
  get(app, "s", prometheus);
  const Answer direct = sent(app, with(prometheus, {"X-Prometheus-Scrape-Timeout-Seconds", "4"}));
  const delivery::Reader reader = direct.reply.receipt->reader();
  CHECK(reader.peer == delivery::Reader::Peer::itself);
  CHECK(direct.reply.deadline - reader.may_give_up == std::chrono::milliseconds(1000));
  direct.reply.receipt->on_settled(Outcome::delivered);
  CHECK(sent(app, by_haproxy).reply.receipt->reader().peer == delivery::Reader::Peer::proxy);
}

TEST_CASE("after an idle reset each reply with a batch ends the connection of that scraper") {
  App app;
  for (const char* name : {"s", "other"}) get(app, name, prometheus);
  Answer first = sent(app, prometheus);
  CHECK_FALSE(first.reply.closes);
  first.reply.receipt->on_started(nullptr);
  first.reply.receipt->on_idle_reset();
  first.reply.receipt->on_settled(Outcome::timed_out);
  for (int i = 0; i < 2; ++i) {
    Answer answer = sent(app, prometheus);
    CHECK(answer.reply.closes);
    answer.reply.receipt->on_settled(Outcome::delivered);
  }
  CHECK(app.services->proxy_watch.way_of("other") == ProxyWatch::Way::direct);
}

TEST_CASE("where those ends are resets too, twice in a row, a relay has the connection, and resets as it likes") {
  App app;
  get(app, "s", prometheus);
  const auto settle = [&app](Outcome outcome, bool idle) {
    Answer answer = sent(app, prometheus);
    const bool closes = answer.reply.closes;
    const delivery::Reader::Peer peer = answer.reply.receipt->reader().peer;
    answer.reply.receipt->on_started(nullptr);
    if (idle) answer.reply.receipt->on_idle_reset();
    answer.reply.receipt->on_failed({.at_once = !idle});
    answer.reply.receipt->on_settled(outcome);
    return std::pair(closes, peer);
  };
  using Peer = delivery::Reader::Peer;
  CHECK(settle(Outcome::timed_out, true) == std::pair(false, Peer::itself));
  CHECK(settle(Outcome::unconfirmed, false) == std::pair(true, Peer::doubtful));
  CHECK(settle(Outcome::timed_out, true) == std::pair(true, Peer::doubtful));  // it stood still: the row begins anew
  CHECK(settle(Outcome::unconfirmed, false) == std::pair(true, Peer::doubtful));
  CHECK(settle(Outcome::unconfirmed, false) == std::pair(true, Peer::doubtful));
  CHECK(app.services->proxy_watch.way_of("s") == ProxyWatch::Way::by_relay);
  CHECK(settle(Outcome::delivered, false) == std::pair(false, Peer::proxy));
}

TEST_CASE(
    "a scraper in doubt that has ended one connection in order is taken for a relay's no sooner than by five resets") {
  ProxyWatch watch;
  watch.was_reset_idle("s");
  CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  CHECK(watch.outcome_of("s", Outcome::delivered, true) == Outcome::delivered);
  for (int i = 0; i < 4; ++i) CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  CHECK(watch.outcome_of("s", Outcome::timed_out, true) == Outcome::timed_out);
  for (int i = 0; i < 4; ++i) CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::unconfirmed);
  CHECK(watch.way_of("s") == ProxyWatch::Way::in_doubt);
  CHECK(watch.outcome_of("s", Outcome::unconfirmed, true) == Outcome::delivered);
  CHECK(watch.way_of("s") == ProxyWatch::Way::by_relay);
}

TEST_CASE("a direct scraper's resets are never taken for a proxy's, one's that asked to close are") {
  for (const bool closes : {false, true}) {
    App app;
    const Headers headers = closes ? with(prometheus, {"Connection", "close"}) : prometheus;
    get(app, "s", headers);
    for (int i = 0; i < 2; ++i) {
      Answer answer = sent(app, headers);
      answer.reply.receipt->on_started(nullptr);
      answer.reply.receipt->on_failed({.at_once = true});
      answer.reply.receipt->on_settled(Outcome::unconfirmed);
    }
    CHECK((event_samples(app.scrape("/metrics?scraper=s")) == 0) == closes);
  }
}

TEST_CASE("a proxy is warned about once for each scraper, unless it was set up to name the scraper") {
  App app;
  log::set_level(log::Level::warn);
  const oneshot::test::CapturedLog log;
  for (int i = 0; i < 2; ++i) get(app, "a", by_haproxy);
  CHECK(log.count("a proxy stands between") == 1);
  get(app, "b", with(prometheus, {"Via", "1.1 varnish"}));
  CHECK(log.count("a proxy stands between") == 2);
  CHECK(log.count("sign=\"Via: 1.1 varnish\"") == 1);
  get(app, "c", prometheus);
  get(app, "d", with(prometheus, {"X-Forwarded-For", "10.0.0.9"}));
  CHECK(log.count("a proxy stands between") == 2);
  log::set_level(log::Level::error);
}

}  // namespace
}  // namespace oneshot::app
