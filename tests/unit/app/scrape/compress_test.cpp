// SPDX-License-Identifier: MIT
#include "app/scrape/compress.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app/scrape/padded_head.hpp"
#include "app/scrape/scrape_body.hpp"
#include "exposition/text_format.hpp"
#include "support/gunzip.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using oneshot::test::gunzip;
using test::Answer;
using test::App;

constexpr std::string_view openmetrics = "application/openmetrics-text";

Answer scrape_gzip(App& app, std::string_view accept = "*/*", std::string target = "/metrics?scraper=a") {
  Answer answer = app.call({.target = std::move(target), .headers = {{"Accept-Encoding", "gzip"}, {"Accept", accept}}});
  answer.text.clear();
  test::read_source(answer);
  if (answer.text.empty()) answer.text = answer.reply.body;
  return answer;
}

class OneLine final : public EventText {
 public:
  OneLine() : EventText(Options{}) { size_ = 4; }
  bool measure_next() override { return false; }
  bool append_next(std::string& out) override {
    out += "m 1\n";
    return false;
  }
};

}  // namespace

/// The lines between the families before and behind the events.
std::string events_of(const std::string& text) {
  const std::size_t begin = text.find("events_to_metrics{");
  return text.substr(begin, text.find("# HELP oneshot_batch ", begin) - begin);
}

TEST_CASE("a scrape of many events comes compressed, and is the same text") {
  App app;
  app.scrape("/metrics?scraper=a");
  app.scrape("/metrics?scraper=b");
  for (int i = 0; i < 3000; ++i) app.event("n=" + std::to_string(i));
  Answer answer = scrape_gzip(app);
  CHECK(answer.reply.content_encoding == "gzip");
  CHECK(answer.reply.extra_headers == "Vary: Accept, Accept-Encoding\r\n");
  CHECK(answer.text.size() < 40'000);
  CHECK(answer.text.size() >= min_batch_response);
  answer.text = gunzip(answer.text);
  CHECK(test::event_samples(answer) == 3000);
  CHECK(answer.reply.receipt != nullptr);
  const Answer plain = app.get("/metrics?scraper=b");
  CHECK(plain.reply.content_encoding.empty());
  CHECK(plain.reply.extra_headers == "Vary: Accept, Accept-Encoding\r\n");
  CHECK(events_of(plain.text) == events_of(answer.text));
}

TEST_CASE("what is 64 KiB long is worth it, what is a byte shorter is not, whichever shape a body has") {
  http::Reply reply(200, std::string(64 * 1024 - 1, 'x'));
  CHECK_FALSE(is_worth_compressing(reply));
  reply.body += 'x';
  CHECK(is_worth_compressing(reply));
  reply.source =
      std::make_unique<ScrapeBody>(std::string(64 * 1024 - 5, 'x'), std::make_unique<OneLine>(), std::string());
  CHECK_FALSE(is_worth_compressing(reply));
  reply.source =
      std::make_unique<ScrapeBody>(std::string(64 * 1024 - 4, 'x'), std::make_unique<OneLine>(), std::string());
  CHECK(is_worth_compressing(reply));
}

TEST_CASE("what compresses too well is padded to the least length in compressed bytes, in either format") {
  for (const std::string_view accept : {std::string_view("*/*"), openmetrics}) {
    App app;
    app.scrape("/metrics?scraper=a");
    for (int i = 0; i < 300; ++i) app.event("n=" + std::to_string(i) + "&text=" + std::string(300, 'x'));
    const Answer answer = scrape_gzip(app, accept);
    CHECK(answer.reply.content_encoding == "gzip");
    CHECK(answer.text.size() == min_batch_response);
    const std::string text = gunzip(answer.text);
    const std::string blanks(8000, ' ');
    if (accept == openmetrics) {
      CHECK(text.find("sent to each scraper once." + blanks) != std::string::npos);
      CHECK(events_of(text).ends_with("\"} 1\n"));
      CHECK(text.ends_with("\n# EOF\n"));
    } else {
      CHECK(text.find("peek=1&scraper=a\n#" + blanks) != std::string::npos);
      Answer parsed = app.call({.target = "/metrics?scraper=nobody"});
      parsed.text = text;
      CHECK(test::event_samples(parsed) == 300);
    }
  }
}

TEST_CASE("a batch is not read any more once it is compressed: its place is free, and it comes again if it must") {
  App app;
  app.scrape("/metrics?scraper=a");
  for (int i = 0; i < 3000; ++i) app.event("n=" + std::to_string(i));
  {
    Answer answer = scrape_gzip(app);
    // The log is 1 MiB: it is full long before the end, and takes the place of what was compressed.
    for (int i = 0; i < 20'000; ++i) app.event("m=" + std::to_string(i));
    answer.text = gunzip(answer.text);
    CHECK(test::event_samples(answer) == 3000);
    test::deliver(answer);
  }
  const Answer next = app.scrape("/metrics?scraper=a");
  CHECK(test::value_of(next, "oneshot_events_delivered_total", {{"scraper", "a"}}) == 3000);

  for (int i = 0; i < 3000; ++i) app.event("k=" + std::to_string(i));
  app.scrape("/metrics?scraper=a");
  while (test::event_samples(app.get("/metrics?peek=1&scraper=a")) > 0) app.scrape("/metrics?scraper=a");
  for (int i = 0; i < 3000; ++i) app.event("j=" + std::to_string(i));
  Answer failed = scrape_gzip(app);
  failed.text = gunzip(failed.text);
  CHECK(test::event_samples(failed) == 3000);
  failed.reply.receipt->on_started(nullptr);
  failed.reply.receipt->on_handed_over(true);
  failed.reply.receipt->on_settled(delivery::Outcome::unconfirmed);
  std::size_t again = 0;  // in parts
  for (int i = 0; i < 4; ++i) again += test::event_samples(app.scrape("/metrics?scraper=a"));
  CHECK(again == 3000);
}

TEST_CASE("a long reply without a batch is compressed as well, and not padded") {
  App app([](Options&, queue::Options& queue) { queue.max_unnamed = 300; });
  for (int i = 0; i < 120; ++i) app.scrape("/metrics?scraper=scraper-" + std::to_string(i));
  Answer answer = scrape_gzip(app, "*/*", "/metrics?scraper=scraper-7");
  CHECK(answer.reply.content_encoding == "gzip");
  CHECK(answer.reply.receipt == nullptr);
  CHECK(answer.text.size() < min_batch_response);
  answer.text = gunzip(answer.text);
  CHECK(answer.text.size() > least_compressed_text);
  CHECK(test::value_of(answer, "oneshot_scrapers") == 120);
}

TEST_CASE("compressing yields to other connections, and HEAD says nothing about it") {
  App app;
  app.scrape("/metrics?scraper=a");
  for (int i = 0; i < 8000; ++i) app.event("n=" + std::to_string(i));
  app.waiting.gave_way = 0;
  const Answer answer = scrape_gzip(app);
  CHECK(answer.reply.content_encoding == "gzip");
  CHECK(app.waiting.gave_way >= static_cast<int>(gunzip(answer.text).size() / (80 * 1024)));
  const Answer head = app.call({.method = http::Method::head,
                                .target = "/metrics?scraper=a",
                                .headers = {{"Accept-Encoding", "gzip"}, {"Accept", openmetrics}}});
  CHECK(head.reply.content_encoding.empty());
  CHECK(head.reply.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(head.reply.extra_headers == "Vary: Accept, Accept-Encoding\r\n");
}

TEST_CASE("where the memory is not there the text goes out as it is") {
  App app;
  app.scrape("/metrics?scraper=a");
  app.services->memory.set_limit(800 * 1024);
  for (int i = 0; i < 3000; ++i) app.event("n=" + std::to_string(i));
  const Answer answer = scrape_gzip(app);
  CHECK(answer.reply.content_encoding.empty());
  CHECK(test::event_samples(answer) == 3000);
  CHECK(app.services->memory.used() == 0);
}

TEST_CASE("the memory of a body is given back with it") {
  App app;
  app.scrape("/metrics?scraper=a");
  for (int i = 0; i < 3000; ++i) app.event("n=" + std::to_string(i));
  {
    const Answer answer = app.call({.target = "/metrics?scraper=a", .headers = {{"Accept-Encoding", "gzip"}}});
    CHECK(answer.reply.content_encoding == "gzip");
    CHECK(app.services->memory.used() > 0);
  }
  CHECK(app.services->memory.used() == 0);
  CHECK(test::event_samples(app.scrape("/metrics?scraper=a")) == 3000);
}

}  // namespace oneshot::app
