// SPDX-License-Identifier: MIT
#include "app/scrape/get_metrics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "app/scrape/padded_head.hpp"
#include "app/scrape/scrape_body.hpp"
#include "base/log.hpp"
#include "support/captured_log.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using http::Method;
using std::chrono::milliseconds;
using test::Answer;
using test::App;
using test::event_samples;
using test::first_line;
using test::value_of;

constexpr const char* metric = "events_to_metrics";

TEST_CASE("three events go out as three samples, once") {
  App app;
  app.scrape();
  for (const char* query : {"n=1", "n=2", "n=3"}) app.event(query);
  const Answer first = app.scrape();
  CHECK(event_samples(first) == 3);
  CHECK(value_of(first, metric, {{"n", "2"}}) == 1);
  CHECK(first_line(first) ==
        "# scraper \"10.0.0.7\" (by address), 3 events in this batch; look without taking: /metrics?peek=1");
  const Answer second = app.scrape();
  CHECK(event_samples(second) == 0);
  CHECK(first_line(second) ==
        "# scraper \"10.0.0.7\" (by address), 0 events in this batch; look without taking: /metrics?peek=1");
}

TEST_CASE("the first line names a scraper as it was told to") {
  App app;
  app.scrape("/metrics?scraper=prom-a");
  app.event("n=1");
  CHECK(first_line(app.scrape("/metrics?scraper=prom-a")) ==
        "# scraper \"prom-a\" (by name), 1 event in this batch; look without taking: /metrics?peek=1&scraper=prom-a");
}

TEST_CASE("each scraper gets every event") {
  App app;
  app.scrape("/metrics", "10.0.0.7");
  app.scrape("/metrics?scraper=b", "10.0.0.7");
  app.event("n=1");
  CHECK(event_samples(app.scrape("/metrics", "10.0.0.7")) == 1);
  CHECK(event_samples(app.scrape("/metrics?scraper=b", "10.0.0.7")) == 1);
  CHECK(event_samples(app.scrape("/metrics", "10.0.0.7")) == 0);
}

TEST_CASE("a response with a batch is padded to 16 KiB behind its first line, events and number come last") {
  App app;
  app.scrape();
  app.event("n=1");
  const Answer answer = app.get("/metrics");
  CHECK(answer.text.size() == min_batch_response);
  CHECK(answer.reply.content_type == "text/plain; version=0.0.4; charset=utf-8");
  const std::size_t second_line = answer.text.find('\n') + 1;
  CHECK(answer.text.substr(second_line, 3) == "#  ");
  const std::string_view events = "\n# TYPE events_to_metrics gauge\nevents_to_metrics{n=\"1\"} 1\n";
  const std::string last = answer.text.substr(answer.text.find(events) + events.size());
  CHECK(last.starts_with("# HELP oneshot_batch "));
  CHECK(std::ranges::count(last, '\n') == 3);
  CHECK(event_samples(answer) == 1);
}

TEST_CASE("a response without a batch is not padded, and a long one neither") {
  App app;
  CHECK(app.scrape().text.find("#  ") == std::string::npos);
  for (int i = 0; i < 500; ++i) app.event("n=" + std::to_string(i) + "&text=" + std::string(100, 'x'));
  const Answer peeked = app.get("/metrics?peek=1");
  CHECK(peeked.text.find("#  ") == std::string::npos);
  const Answer taken = app.get("/metrics");
  CHECK(taken.text.size() > min_batch_response);
  CHECK(taken.text.find("#  ") == std::string::npos);
}

TEST_CASE("a batch that was not delivered comes again, whole and in order") {
  using enum delivery::Outcome;
  for (const delivery::Outcome outcome : {truncated, unconfirmed, timed_out}) {
    App app;
    app.scrape();
    app.event("n=1");
    app.event("n=2");
    Answer failed = app.get("/metrics");
    CHECK(event_samples(failed) == 2);
    failed.reply.receipt->on_started(nullptr);
    failed.reply.receipt->on_settled(outcome);
    app.event("n=3");
    const Answer answer = app.scrape();
    CHECK(event_samples(answer) == 3);
    CHECK(value_of(answer, "oneshot_events_redelivered_total", {{"scraper", "10.0.0.7"}}) == 2);
    CHECK(event_samples(app.scrape()) == 0);
  }
}

TEST_CASE("a reply that is never sent takes nothing") {
  App app;
  app.scrape();
  app.event("n=1");
  { const Answer dropped = app.call({.target = "/metrics"}); }
  CHECK(event_samples(app.scrape()) == 1);
}

TEST_CASE("peek shows the same events, takes none, and makes nobody known") {
  App app;
  const Answer early = app.get("/metrics?peek=1");
  CHECK(early.status == 200);
  CHECK(
      first_line(early) ==
      "# scraper \"10.0.0.7\" (by address), not known: it has not scraped yet, or was forgotten; look without taking: "
      "/metrics?peek=1");
  CHECK(early.text.find("\n# known scrapers: none; nobody has scraped yet, and scrapers.names has none\n") !=
        std::string::npos);
  app.scrape();
  app.event("n=1");
  for (int i = 0; i < 2; ++i) {
    const Answer peeked = app.get("/metrics?peek=1");
    CHECK(event_samples(peeked) == 1);
    CHECK(peeked.reply.receipt == nullptr);
    CHECK(value_of(peeked, "events_to_metrics_scraper_counts", {{"scraper", "10.0.0.7"}}) == 1);
    CHECK(value_of(peeked, "oneshot_events_waiting", {{"scraper", "10.0.0.7"}}) == 1);
    CHECK(value_of(peeked, "oneshot_scrapers") == 1);
    CHECK(first_line(peeked) ==
          "# scraper \"10.0.0.7\" (by address), only looked at: 1 event; look without taking: /metrics?peek=1");
    CHECK(peeked.text.find("\n# known scrapers: 10.0.0.7\n") != std::string::npos);
  }
  CHECK(event_samples(app.scrape()) == 1);
}

TEST_CASE("events=0 gives the own metrics alone, takes nothing, and makes nobody known") {
  App app;
  app.scrape("/metrics?scraper=prom");
  app.event("n=1");
  for (const std::string target : {"/metrics?events=0", "/metrics?events=0&scraper=prom", "/metrics?events=0&peek=1"}) {
    const Answer answer = app.get(target);
    CHECK(answer.status == 200);
    CHECK(event_samples(answer) == 0);
    CHECK(answer.reply.receipt == nullptr);
    CHECK(value_of(answer, "oneshot_events_waiting", {{"scraper", "prom"}}) == 1);
    CHECK(value_of(answer, "oneshot_scrapers") == 1);
    CHECK(answer.text.find("own metrics alone, as events=0 says") != std::string::npos);
  }
  CHECK(event_samples(app.scrape("/metrics?scraper=prom")) == 1);
}

TEST_CASE("HEAD takes nothing and makes nobody known, but is let in or not as GET is") {
  App app([](Options& options, queue::Options&) { options.allow = {*Network::parse("10.0.0.0/8")}; });
  const auto head = [&](std::string target, std::string peer = "10.0.0.7") {
    return app.call({.method = Method::head, .target = std::move(target), .peer = std::move(peer)});
  };
  const Answer answer = head("/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.reply.content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(answer.reply.receipt == nullptr);
  CHECK(app.queue->statistics().scrapers.empty());
  CHECK(head("/metrics?scraper=a+b").status == 400);
  CHECK(head("/metrics", "192.0.2.1").status == 403);
  CHECK(head("/metrics?peek=1").status == 200);
  app.scrape();
  CHECK(head("/metrics?peek=1").status == 200);
  app.event("n=1");
  CHECK(head("/metrics").status == 200);
  CHECK(event_samples(app.scrape()) == 1);
}

TEST_CASE("a pipelined scrape gets the own metrics and no batch, and makes nobody known") {
  App app;
  CHECK(app.call({.target = "/metrics", .pipelined = true}).status == 200);
  CHECK(app.queue->statistics().scrapers.empty());
  app.scrape();
  app.event("n=1");
  const Answer pipelined = app.call({.target = "/metrics", .pipelined = true});
  CHECK(event_samples(pipelined) == 0);
  CHECK(first_line(pipelined).find("no batch: this request did not wait") != std::string::npos);
  CHECK(value_of(pipelined, "oneshot_events_waiting", {{"scraper", "10.0.0.7"}}) == 1);
  CHECK(event_samples(app.scrape()) == 1);
}

TEST_CASE("who may not scrape is told so, named or not, by the address that counts") {
  App app([](Options& options, queue::Options&) {
    options.allow = networks({"10.0.0.0/8"});
    options.trusted_proxies = networks({"127.0.0.1"});
  });
  CHECK(app.get("/metrics", "10.1.2.3").status == 200);
  CHECK(app.get("/metrics", "192.0.2.1").status == 403);
  CHECK(app.get("/metrics", "192.0.2.1").text == "192.0.2.1 may not scrape (scrapers.allow)\n");
  CHECK(app.get("/metrics?scraper=a", "192.0.2.1").status == 403);
  CHECK(app.get("/metrics?peek=1", "192.0.2.1").status == 403);
  const auto behind_proxy = [&](std::string_view seen) {
    return app.call({.target = "/metrics", .headers = {{"X-Forwarded-For", seen}}, .peer = "127.0.0.1"}).status;
  };
  CHECK(behind_proxy("10.0.0.9") == 200);
  CHECK(behind_proxy("192.0.2.1") == 403);
}

TEST_CASE("a forged header changes nothing for others") {
  App app;
  app.scrape("/metrics", "10.0.0.7");
  app.event("n=1");
  app.call({.target = "/metrics", .headers = {{"X-Real-Ip", "10.0.0.7"}}, .peer = "192.0.2.1"});
  CHECK(event_samples(app.scrape("/metrics", "10.0.0.7")) == 1);
}

TEST_CASE("one scraper too many is refused in words, one in names never") {
  App app([](Options&, queue::Options& queue) {
    queue.max_unnamed = 2;
    queue.names = {"prom-a"};
  });
  for (int i = 0; i < 2; ++i) {  // the second time earns a place
    CHECK(app.scrape("/metrics?scraper=x").status == 200);
    CHECK(app.scrape("/metrics?scraper=y").status == 200);
    app.clock.advance(std::chrono::seconds(1));
  }
  log::set_level(log::Level::warn);
  const oneshot::test::CapturedLog captured;
  const Answer refused = app.scrape("/metrics?scraper=z");
  for (int i = 0; i < 9; ++i) app.scrape("/metrics?scraper=z" + std::to_string(i));
  CHECK(
      captured.count("msg=\"scrape refused\" peer=10.0.0.7 reason=too_many_scrapers detail=\"scraper \\\"z\\\" is new: "
                     "there are 2 scrapers already") == 1);
  CHECK(captured.count("scrape refused") == 1);
  log::set_level(log::Level::error);
  CHECK(refused.status == 503);
  CHECK(refused.text ==
        "there are 2 scrapers already, as many as scrapers.max allows; those in scrapers.names always have a place\n");
  CHECK(app.scrape("/metrics?scraper=prom-a").status == 200);
  CHECK(app.scrape("/metrics?scraper=x").status == 200);
}

TEST_CASE("a scrape that finds the one before it unsent waits for it, but not for ever") {
  App app;
  app.scrape();
  app.event("n=1");
  Answer slow = app.call({.target = "/metrics"});  // not sent yet: there is nobody to ask about it
  const auto began = app.clock.steady();
  const Answer answer = app.get("/metrics");
  CHECK(event_samples(answer) == 0);
  CHECK(first_line(answer).find("no batch: the one before it is still on its way") != std::string::npos);
  CHECK(answer.reply.receipt == nullptr);
  const auto waited = app.clock.steady() - began;
  CHECK(waited >= milliseconds(5000));
  CHECK(waited <= milliseconds(5010));

  app.waiting.during_pause = [&] {
    if (slow.reply.receipt) test::deliver(slow);
  };
  app.event("n=2");
  const Answer next = app.get("/metrics");
  CHECK(event_samples(next) == 1);
  CHECK(value_of(next, metric, {{"n", "2"}}) == 1);
}

TEST_CASE("the deadline of a reply is half a second after the scrape's timeout") {
  App app;
  app.scrape();
  app.event("n=1");
  const Answer answer = app.call({.target = "/metrics", .headers = {{"X-Prometheus-Scrape-Timeout-Seconds", "3.500"}}});
  CHECK(answer.reply.deadline == app.clock.steady() + milliseconds(4000));
}

TEST_CASE("long scrapes yield to other connections, and come in pieces that make up what was announced") {
  App app([](Options&, queue::Options& queue) { queue.max_events_per_scrape = 9000; });
  app.scrape();
  for (int i = 0; i < 9000; ++i) app.event("n=" + std::to_string(i));
  app.waiting.gave_way = 0;
  Answer answer = app.call({.target = "/metrics"});
  CHECK(app.waiting.gave_way >= 4);
  REQUIRE(answer.reply.source != nullptr);
  const std::uint64_t size = answer.reply.source->size();
  bool more = true;
  std::size_t pieces = 0;
  while (more) {
    std::string piece;
    more = answer.reply.source->append_next(piece);
    CHECK(piece.size() < EventText::piece_bytes + 1000);
    answer.text += piece;
    ++pieces;
  }
  CHECK(answer.text.size() == size);
  CHECK(pieces > 3);
  CHECK(event_samples(answer) == 9000);
}

TEST_CASE("at most max_events_per_scrape go out at once, in order, and none is lost") {
  App app([](Options&, queue::Options& queue) { queue.max_events_per_scrape = 4; });
  app.scrape();
  for (int i = 0; i < 10; ++i) app.event("n=" + std::to_string(i));
  CHECK(event_samples(app.scrape()) == 4);
  const Answer second = app.scrape();
  CHECK(value_of(second, metric, {{"n", "4"}}) == 1);
  CHECK(value_of(second, metric, {{"n", "7"}}) == 1);
  CHECK(event_samples(app.scrape()) == 2);
  CHECK(event_samples(app.scrape()) == 0);
}

}  // namespace
}  // namespace oneshot::app
