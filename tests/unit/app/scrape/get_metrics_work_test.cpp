// SPDX-License-Identifier: MIT
// Long scrapes: how often they let others have their turn, and when they end without an answer that anybody waits for.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "base/log.hpp"
#include "support/captured_log.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using std::chrono::seconds;
using test::Answer;
using test::App;
using test::event_samples;

constexpr int thousands = 10;  // more than one step takes
constexpr int taking = 2;      // how often the queue yields before it has found the end of that batch

/// A scraper "a" for which many events wait.
struct Backlog {
  explicit Backlog(bool timestamps = false)
      : app([timestamps](Options&, queue::Options& queue) {
          queue.explicit_timestamps = timestamps;
          queue.storage.capacity_bytes = 16 << 20;
          queue.max_events_per_scrape = 100'000;
        }) {
    app.scrape("/metrics?scraper=a");
    for (int i = 0; i < thousands * 1000; ++i) app.event("n=" + std::to_string(i));
    app.clock.advance(seconds(20));  // with timestamps each event has a millisecond of its own
    app.waiting.gave_way = 0;
  }
  App app;
};

void check_nothing_is_taken(App& app) {
  app.waiting.during_yield = nullptr;
  app.waiting.reset = false;
  oneshot::test::CapturedLog captured;
  log::set_level(log::Level::debug);
  CHECK(event_samples(app.scrape("/metrics?scraper=a")) == thousands * 1000);
  log::set_level(log::Level::error);
  CHECK(captured.count("msg=\"scrape\"") == 1);
}

TEST_CASE("the work for a client that resets meanwhile ends, and its batch goes to the next scrape") {
  for (const bool timestamps : {false, true}) {
    for (const char* accept : {"identity", "gzip"}) {
      CAPTURE(timestamps);
      CAPTURE(accept);
      Backlog backlog(timestamps);
      App& app = backlog.app;
      app.waiting.during_yield = [&app] { app.waiting.reset = true; };
      const Answer answer = app.call({.target = "/metrics?scraper=a", .headers = {{"Accept-Encoding", accept}}});
      CHECK(answer.status == 503);
      CHECK(answer.reply.receipt == nullptr);
      CHECK(app.waiting.gave_way == taking + 1);
      check_nothing_is_taken(app);
    }
  }
}

TEST_CASE("a client that resets while its answer is compressed leaves its batch to the next scrape") {
  Backlog backlog;
  App& app = backlog.app;
  int steps = 0;
  app.waiting.during_yield = [&] { app.waiting.reset = ++steps == taking + 4; };  // two to measure
  oneshot::test::CapturedLog captured;
  log::set_level(log::Level::debug);
  CHECK(app.call({.target = "/metrics?scraper=a", .headers = {{"Accept-Encoding", "gzip"}}}).status == 503);
  CHECK(steps == taking + 4);
  log::set_level(log::Level::error);
  CHECK(captured.count("msg=\"scrape\"") == 0);  // nothing was sent
  check_nothing_is_taken(app);
}

TEST_CASE("the work for a scrape whose time is over ends, whoever still waits") {
  for (const bool peeks : {false, true}) {
    Backlog backlog;
    App& app = backlog.app;
    const int before = peeks ? 0 : taking;
    app.waiting.during_yield = [&] {
      if (app.waiting.gave_way > before) app.clock.advance(seconds(200));
    };
    CHECK(app.get(peeks ? "/metrics?scraper=a&peek=1" : "/metrics?scraper=a").status == 503);
    CHECK(app.waiting.gave_way == before + 1);
    check_nothing_is_taken(app);
  }
}

TEST_CASE("a client that has only ended its side still gets its events") {
  Backlog backlog;
  App& app = backlog.app;
  app.waiting.during_yield = [&app] { app.waiting.left = true; };
  CHECK(event_samples(app.scrape("/metrics?scraper=a")) == thousands * 1000);
}

TEST_CASE("few long events take as many steps as many short ones, equal or not") {
  for (const bool timestamps : {false, true}) {
    for (const bool equal : {false, true}) {
      CAPTURE(timestamps);
      CAPTURE(equal);
      App app([timestamps](Options& options, queue::Options& queue) {
        queue.explicit_timestamps = timestamps;
        queue.storage.capacity_bytes = 64 << 20;
        queue.max_scrape_bytes = 64 << 20;
        options.event.max_event_bytes = 65'536;
      });
      app.scrape("/metrics?scraper=a");
      for (int i = 0; i < 800; ++i) app.event("n=" + std::string(30'000, 'x') + (equal ? "" : std::to_string(i)));
      app.clock.advance(seconds(2));
      app.waiting.gave_way = 0;
      app.scrape("/metrics?scraper=a");
      CHECK(app.waiting.gave_way >= 5);  // 64 events of 30,000 bytes are a block, which is read at once
    }
  }
}

}  // namespace
}  // namespace oneshot::app
