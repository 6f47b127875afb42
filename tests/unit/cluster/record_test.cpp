// SPDX-License-Identifier: MIT
#include "cluster/record.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace oneshot::cluster {
namespace {

std::string encoded(const Content& content) { return encode({.publisher = 7, .number = 3, .content = content}); }

Result<Record> decoded(std::string_view bytes) { return decode({.sequence = 12, .bytes = bytes}); }

TEST_CASE("a group comes back with all that its events had") {
  const event::Event whole{.labels = R"(service="checkout",type="deploy")",
                           .value = 2.5,
                           .value_given = true,
                           .metric = "deploys",
                           .sent_unix_ms = 1'700'000'000'123,
                           .key = event::IdempotencyKey{.high = 1, .low = 2}};
  const event::Event plain{.labels = R"(type="x")"};
  const std::string bytes = encoded(Group{.events = {whole, plain}});
  const Result<Record> record = decoded(bytes);
  REQUIRE(record);
  CHECK(record->publisher == 7);
  CHECK(record->number == 3);
  const auto* const group = std::get_if<Group>(&record->content);
  REQUIRE(group != nullptr);
  REQUIRE(group->events.size() == 2);
  CHECK(group->events[0].labels == whole.labels);
  CHECK(group->events[0].value == 2.5);
  CHECK(group->events[0].metric == "deploys");
  CHECK(group->events[0].sent_unix_ms == whole.sent_unix_ms);
  CHECK(group->events[0].key == whole.key);
  CHECK(group->events[1].labels == plain.labels);
  CHECK_FALSE(group->events[1].value_given);
  CHECK(group->events[1].value == 1);
  CHECK_FALSE(group->events[1].key);
}

TEST_CASE("a group comes back with its requests, and who sent them") {
  const event::Event event{.labels = R"(type="x")"};
  const std::vector<Group::Request> requests{{.events = 2, .each_alone = true, .sender = 0xFFFF'0A00'0001},
                                             {.events = 1}};
  const std::string bytes = encoded(Group{.events = {event, event, event}, .requests = requests});
  const Result<Record> record = decoded(bytes);
  REQUIRE(record);
  CHECK(std::get<Group>(record->content).requests == requests);
}

TEST_CASE("an event takes no more of a group than is counted for it") {
  const event::Event event{.labels = R"(type="x")", .value = 2, .value_given = true, .metric = "m"};
  Group group;
  const std::size_t before = encoded(group).size();
  group.events = {event, event};
  CHECK(encoded(group).size() - before <= 2 * size_in_group(event));
}

TEST_CASE("each kind of record comes back as itself") {
  const Take take{.scraper = "prom-a",
                  .replica = "r1",
                  .deadline = std::chrono::milliseconds(10'500),
                  .replaces = 17,
                  .since_unix_ms = 5,
                  .origin = 9};
  const std::string settle = encoded(Settle{.scraper = "prom-a",
                                            .batch = 17,
                                            .outcome = delivery::Outcome::unconfirmed,
                                            .end = queue::BatchEnd::unconfirmed,
                                            .reason = "reset",
                                            .then = take});
  const Result<Record> record = decoded(settle);
  REQUIRE(record);
  const auto* const back = std::get_if<Settle>(&record->content);
  REQUIRE(back != nullptr);
  CHECK(back->outcome == delivery::Outcome::unconfirmed);
  CHECK(back->end == queue::BatchEnd::unconfirmed);
  CHECK(back->reason == "reset");
  REQUIRE(back->then);
  CHECK(back->then->scraper == "prom-a");
  CHECK(back->then->deadline == take.deadline);
  CHECK(back->then->replaces == 17);
  CHECK(back->then->since_unix_ms == take.since_unix_ms);

  Agreement agreement;
  agreement.names = {"a", "b"};
  agreement.history = std::chrono::seconds(5);
  const std::string begin = encoded(Begin{.salt = 99, .agreement = agreement});
  const Result<Record> begun = decoded(begin);
  REQUIRE(begun);
  REQUIRE(std::holds_alternative<Begin>(begun->content));
  CHECK(std::get<Begin>(begun->content).agreement == agreement);

  for (const Content& content :
       {Content(Leave{}), Content(Tick{}), Content(Join{.replica = "r", .version = "1", .read = 4}),
        Content(Acknowledge{.scraper = "s", .batch = 4}), Content(Change{.scraper = "s"})}) {
    const std::string bytes = encoded(content);
    const Result<Record> same = decoded(bytes);
    REQUIRE(same);
    CHECK(same->content.index() == content.index());
  }
}

TEST_CASE("a word that this version does not know, of a newer one, is refused and not acted upon") {
  constexpr auto unknown = static_cast<std::uint8_t>(99);
  CHECK_FALSE(decoded(encoded(Settle{.scraper = "a", .batch = 1, .end = static_cast<queue::BatchEnd>(unknown)})));
  CHECK_FALSE(decoded(encoded(Settle{.scraper = "a", .batch = 1, .outcome = static_cast<delivery::Outcome>(unknown)})));
  CHECK_FALSE(decoded(encoded(Change{.what = static_cast<Change::What>(unknown), .scraper = "a"})));
  Agreement agreement;
  agreement.when_full = static_cast<queue::WhenFull>(unknown);
  CHECK_FALSE(decoded(encoded(Begin{.salt = 1, .agreement = agreement})));
}

TEST_CASE("bytes that are not as they were written are refused, and the message says which record") {
  const std::string bytes = encoded(Acknowledge{.scraper = "prom-a", .batch = 4});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    const Result<Record> record = decoded(damaged);
    CHECK_FALSE(record);
    if (!record) CHECK(record.error().starts_with("record 12 of the log "));
    CHECK_FALSE(decoded(std::string_view(bytes).substr(0, i)));
  }
  CHECK_FALSE(decoded(bytes + "x"));
}

}  // namespace
}  // namespace oneshot::cluster
