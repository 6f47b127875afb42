// SPDX-License-Identifier: MIT
#include "queue/local/history/embedded_label_counter.hpp"

#include <cstdint>
#include <string>

#include "unit/queue/history_fixture.hpp"

namespace oneshot::queue::test {
namespace {

TEST_CASE("values of a label are counted, the most events first") {
  HistoryFixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  for (int i = 0; i < 3; ++i) f.append(R"(type="deploy")");
  f.append(R"(type="a\"b")");
  f.append(R"(other="x")");
  f.scrape("a");
  for (int i = 0; i < 5; ++i) f.append(R"(type="login")");
  LabelCounts counts = counts_of(f.queue(), {.label = "type"});
  REQUIRE(counts.values.size() == 3);
  CHECK(counts.values[0].value == "login");
  CHECK(counts.values[0].events == 5);
  CHECK(counts.values[1].value == "deploy");
  CHECK(counts.values[1].bytes == std::uint64_t{3} * 48);
  CHECK(counts.values[2].value == "a\"b");
  CHECK(counts.without == 1);
  CHECK(counts.events == 10);
  CHECK(counts.others == 0);
  counts = counts_of(f.queue(), {.label = "type", .limit = 1, .scraper = "a"});
  CHECK(counts.values.size() == 1);
  CHECK(counts.events == 5);
  counts = counts_of(f.queue(), {.label = "type", .limit = 1});
  CHECK(counts.others == 4);
  CHECK(f.queue().count_by_label({.label = "type", .scraper = "c"}) == nullptr);
}

TEST_CASE("a label with a value for each event has a bound") {
  HistoryFixture f;
  f.options.storage.capacity_bytes = 256 * page;
  f.register_at_end("a");
  for (int i = 0; i < 5000; ++i) f.append("id=\"" + std::to_string(i) + '"');
  const LabelCounts counts = counts_of(f.queue(), {.label = "id", .limit = 1000});
  CHECK(counts.values.size() <= 1000);
  CHECK(counts.others == 5000 - counts.values.size());
  CHECK(counts.events == 5000);
}

TEST_CASE("a value that many events have is found behind any number of rare ones") {
  HistoryFixture f;
  f.options.storage.capacity_bytes = 512 * page;
  f.register_at_end("a");
  for (int i = 0; i < 5000; ++i) {
    f.append("id=\"" + std::to_string(i) + '"');
    if (i > 4500) f.append("id=\"many\"");
  }
  const LabelCounts counts = counts_of(f.queue(), {.label = "id", .limit = 1});
  REQUIRE(counts.values.size() == 1);
  CHECK(counts.values[0].value == "many");
  CHECK(counts.values[0].events == 499);
  CHECK(counts.others == 5000);
}

TEST_CASE("a label is counted by its whole name, and an event of two labels under the one that was asked for") {
  HistoryFixture f;
  f.register_at_end("a");
  f.append(R"(subtype="no",type="deploy")");
  f.append(R"(msg=",type=",subtype="no")");
  const LabelCounts counts = counts_of(f.queue(), {.label = "type"});
  REQUIRE(counts.values.size() == 1);
  CHECK(counts.values[0].value == "deploy");
  CHECK(counts.without == 1);
}

TEST_CASE("values with as many events each come in the order of their names") {
  HistoryFixture f;
  f.register_at_end("a");
  for (const char* value : {"c", "a", "b"}) f.append("type=\"" + std::string(value) + '"');
  const LabelCounts counts = counts_of(f.queue(), {.label = "type", .limit = 2});
  REQUIRE(counts.values.size() == 2);
  CHECK(counts.values[0].value == "a");
  CHECK(counts.values[1].value == "b");
  CHECK(counts.others == 1);
}

TEST_CASE("a count takes short steps, and is of what was there when it began") {
  HistoryFixture f;
  f.register_at_end("a");
  for (int i = 0; i < 300; ++i) f.append(R"(type="deploy")");
  const auto counter = f.queue().count_by_label({.label = "type"});
  REQUIRE(counter != nullptr);
  CHECK(counter->step() == HistoryWalk::Step::more);
  for (int i = 0; i < 50; ++i) f.append(R"(type="deploy")");
  CHECK(counter->step() == HistoryWalk::Step::more);
  CHECK(counter->step() == HistoryWalk::Step::done);
  CHECK(counter->take().events == 300);
}

TEST_CASE("what has to make room while a count goes on is not counted") {
  HistoryFixture f;
  f.register_at_end("a");
  for (int i = 0; i < 300; ++i) f.append(R"(type="old")");
  const auto counter = f.queue().count_by_label({.label = "type"});
  REQUIRE(counter->step() != HistoryWalk::Step::done);
  for (int i = 0; i < 3000; ++i) f.append(R"(type="new")");
  walk(*counter);
  const LabelCounts counts = counter->take();
  CHECK(counts.events == 128);
  REQUIRE(counts.values.size() == 1);
  CHECK(counts.values[0].value == "old");
}

}  // namespace
}  // namespace oneshot::queue::test
