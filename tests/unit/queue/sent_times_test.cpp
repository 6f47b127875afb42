// SPDX-License-Identifier: MIT
// The time that a client gives, as a scraper sees it.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "unit/queue/storage_fixture.hpp"

namespace oneshot::queue::test {
namespace {

void append_sent(Fixture& f, std::string_view labels, std::int64_t sent) {
  REQUIRE(f.queue().append(0, {.labels = labels, .sent_unix_ms = sent}) == Stored::stored);
}

std::vector<std::int64_t> times(const Delivery& delivery) {
  std::vector<std::int64_t> all;
  for (const BatchEvent& event : events_of(delivery.batch())) all.push_back(event.unix_ms);
  return all;
}

constexpr std::int64_t now = 1'700'000'000'000;

TEST_CASE("with explicit timestamps a batch has the senders' times, and what comes behind an old one goes out too") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.register_at_end("s");
  append_sent(f, "a", now - 60'000);
  append_sent(f, "b", now + 3'600'000);
  append_sent(f, "c", 0);
  f.append("d");
  const auto delivery = f.take("s");
  CHECK(times(*delivery) == std::vector<std::int64_t>{now - 60'000, now, now - 2'940'000, now});
}

TEST_CASE("an event that waits is as old as its time in the log, not as its sender says") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.register_at_end("s");
  append_sent(f, "a", now - 600'000);
  f.clock.advance(5s);
  CHECK(f.numbers("s").oldest_waiting_seconds == 5);
}

TEST_CASE("without explicit timestamps an event is of the time when it was stored") {
  Fixture f;
  f.register_at_end("s");
  append_sent(f, "a", now - 60'000);
  const auto delivery = f.take("s");
  const auto events = events_of(delivery->batch());
  REQUIRE(events.size() == 1);
  CHECK(events[0].unix_ms == now);
  CHECK(events[0].sent_unix_ms == now - 60'000);
}

TEST_CASE("how old a sender's time may be follows a reload") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.register_at_end("s");
  Options changed = f.options;
  changed.oldest_sent = 10s;
  f.queue().change(changed);
  append_sent(f, "a", 0);
  CHECK(times(*f.take("s")) == std::vector<std::int64_t>{now - 10'000});
}

TEST_CASE("what waits in a file keeps its senders' times, and the next program gives no earlier ones") {
  StorageFixture f;
  f.options.explicit_timestamps = true;
  f.register_at_end("s");
  append_sent(f, "a", now - 60'000);
  f.queue().tick();  // notes the clock
  f.end();
  f.clock.advance(30s);
  append_sent(f, "a", now - 90'000);
  append_sent(f, "b", now + 20'000);
  CHECK(times(*f.take("s")) == std::vector<std::int64_t>{now - 60'000, now + 1000, now + 20'000});
}

TEST_CASE("times that a program without explicit timestamps has kept hold up nothing in one with them") {
  StorageFixture f;
  f.register_at_end("s");
  append_sent(f, "a", now + 86'400'000);
  append_sent(f, "b", now - 60'000);
  f.end();
  f.options.explicit_timestamps = true;
  CHECK(times(*f.take("s")) == std::vector<std::int64_t>{now, now - 60'000});
}

TEST_CASE("a clock that is set back moves what waits, senders' times too, and holds up nothing") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.register_at_end("s");
  append_sent(f, "a", now - 60'000);
  f.clock.step(-3600s);
  f.queue().tick();
  append_sent(f, "a", now);
  CHECK(times(*f.take("s")) == std::vector<std::int64_t>{now - 3'660'000, now - 3'600'000});
}

}  // namespace
}  // namespace oneshot::queue::test
