// SPDX-License-Identifier: MIT
//
// What scrapes and peeks have of the memory budget, and what they do without.
#include <doctest/doctest.h>

#include <string>

#include "app/scrape/working_memory.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;
using Use = http::MemoryBudget::Use;

}  // namespace

TEST_CASE("a scrape has working memory until its reply is written") {
  App app;
  app.scrape("/metrics?scraper=a");
  for (int i = 0; i < 100; ++i) app.event("n=" + std::to_string(i));
  {
    const Answer answer = app.call({.target = "/metrics?scraper=a"});
    CHECK(app.services->memory.used() == working_memory(100, false));
  }
  CHECK(app.services->memory.used() == 0);
}

TEST_CASE("where there is no memory a scrape waits a moment, and then its events come with a later one") {
  App app;
  app.scrape("/metrics?scraper=a");
  for (int i = 0; i < 100; ++i) app.event("n=" + std::to_string(i));
  http::MemoryBudget& memory = app.services->memory;
  http::MemoryBudget::Lease others;
  REQUIRE(others.grow_to(memory, memory.limit(Use::batch), Use::batch));
  const Answer without = app.scrape("/metrics?scraper=a");
  CHECK(without.status == 200);
  CHECK(without.text.find("no batch: server.max_memory_mib is used up by other connections") != std::string::npos);
  CHECK(test::event_samples(without) == 0);
  CHECK(without.text.find("\noneshot_memory_refused_total 1\n") != std::string::npos);
  CHECK(app.waiting.paused > 10);
  others.release();
  CHECK(test::event_samples(app.scrape("/metrics?scraper=a")) == 100);
  CHECK(test::event_samples(app.scrape("/metrics?scraper=a")) == 0);
}

TEST_CASE("memory that comes back while a scrape waits is enough") {
  App app;
  app.scrape("/metrics?scraper=a");
  app.event("n=1");
  http::MemoryBudget& memory = app.services->memory;
  http::MemoryBudget::Lease others;
  REQUIRE(others.grow_to(memory, memory.limit(Use::batch), Use::batch));
  app.waiting.during_pause = [&] { others.release(); };
  CHECK(test::event_samples(app.scrape("/metrics?scraper=a")) == 1);
  CHECK(memory.refusals() == 0);
}

TEST_CASE("a look is refused where there is no memory for one, and a scrape is not") {
  App app;
  app.scrape("/metrics?scraper=a");
  app.event("n=1");
  http::MemoryBudget& memory = app.services->memory;
  http::MemoryBudget::Lease others;
  REQUIRE(others.grow_to(memory, memory.limit(Use::request), Use::request));
  const Answer look = app.call({.target = "/metrics?scraper=a&peek=1"});
  CHECK(look.status == 503);
  CHECK(look.reply.retry_after_seconds == 1);
  CHECK(memory.refusals() == 1);
  CHECK(test::event_samples(app.scrape("/metrics?scraper=a")) == 1);
}

TEST_CASE("four looks at once, each until it is written") {
  App app;
  app.scrape("/metrics?scraper=a");
  app.event("n=1");
  const test::Call look{.target = "/metrics?scraper=a&peek=1"};
  {
    const Answer first = app.call(look);
    const Answer second = app.call(look);
    const Answer third = app.call(look);
    const Answer fourth = app.call(look);
    CHECK(fourth.status == 200);
    CHECK(app.services->memory.used() == 4 * working_memory(1, false));
    const Answer fifth = app.call(look);  // it waited in vain
    CHECK(fifth.status == 503);
    CHECK(fifth.reply.retry_after_seconds == 1);
  }
  CHECK(app.call(look).status == 200);
}

}  // namespace oneshot::app
