// SPDX-License-Identifier: MIT
#include "ctl/events/follower.hpp"

#include <doctest/doctest.h>

#include <string>

#include "ctl/server/fields.hpp"
#include "json/parser.hpp"

namespace oneshot::ctl {
namespace {

struct Pages {
  /// The ids of what is new in a page of these events: "id@unix_ms id@unix_ms".
  std::string take(const std::string& events, bool truncated = false) {
    std::string json = R"({"truncated":)" + std::string(truncated ? "true" : "false") + R"(,"events":[)";
    std::string comma;
    for (std::size_t at = 0; at < events.size();) {
      const std::size_t end = std::min(events.find(' ', at), events.size());
      const std::size_t middle = events.find('@', at);
      json += comma + R"({"id":")" + events.substr(at, middle - at) + R"(","unix_ms":)" +
              events.substr(middle + 1, end - middle - 1) + '}';
      comma = ",";
      at = end + 1;
    }
    std::string ids;
    for (const json::Value& event : follower.take(parser.parse(json + "]}").value())) ids += text_at(event, "id");
    return ids;
  }

  json::Parser parser{100'000};
  Follower follower{Query("/e").add("label.a", "b"), {.goes_on = true}};
};

TEST_CASE("an event is seen once, also one that shows after a younger one") {
  Pages pages;
  CHECK(pages.take("a@9000 b@9000") == "ab");
  CHECK(pages.take("a@9000 c@8990 b@9000 d@9001") == "cd");
  CHECK(pages.take("d@9001") == "");
}

TEST_CASE("pages overlap by two seconds, and what is older is forgotten") {
  Pages pages;
  CHECK(pages.follower.next_page() == "/e?label.a=b&limit=1000");
  CHECK(pages.take("") == "");
  CHECK(pages.follower.next_page() == "/e?label.a=b&limit=1000");
  CHECK(pages.take("a@9000 b@20000") == "ab");
  CHECK(pages.follower.next_page() == "/e?label.a=b&since=18000&limit=1000");
  CHECK(pages.take("a@9000") == "a");
}

TEST_CASE("what the first page does not show is not new later") {
  Pages pages{.follower = Follower(Query("/e"), {.most = 2, .goes_on = true})};
  CHECK(pages.follower.next_page() == "/e?limit=1000");
  CHECK(pages.take("a@9000 b@9001 c@9001 d@9001") == "cd");
  CHECK(pages.follower.next_page() == "/e?since=7001&limit=1000");
  CHECK(pages.take("a@9000 b@9001 c@9001 d@9001") == "");
  CHECK(pages.take("a@9000 b@9001 late@9001 c@9001 d@9001 e@9001") == "latee");
}

TEST_CASE("all that come after an empty page are shown") {
  Pages pages{.follower = Follower(Query("/e"), {.most = 1, .goes_on = true})};
  CHECK(pages.take("") == "");
  CHECK(pages.take("a@9000 b@9000 c@9001") == "abc");
}

TEST_CASE("a history that is dropped, or of a server that was restarted, goes on with what comes") {
  Pages pages{.follower = Follower(Query("/e"), {.most = 1, .goes_on = true})};
  CHECK(pages.take("a@9000 b@9000") == "b");
  CHECK(pages.take("") == "");
  CHECK(pages.take("c@9500 d@9501") == "cd");
}

TEST_CASE("it begins where it was told to") {
  CHECK(Follower(Query("/e"), {.since = "15m", .goes_on = true}).next_page() == "/e?since=15m&limit=1000");
  CHECK(Follower(Query("/e"), {.since = "15m", .most = 5, .goes_on = true}).next_page() == "/e?since=15m&limit=1000");
}

TEST_CASE("who does not go on asks only for what is shown") {
  CHECK(Follower(Query("/e"), {}).next_page() == "/e?limit=10");
  CHECK(Follower(Query("/e"), {.most = 3}).next_page() == "/e?limit=3");
  CHECK(Follower(Query("/e"), {.since = "15m"}).next_page() == "/e?since=15m&limit=1000");
  CHECK(Follower(Query("/e"), {.since = "15m", .most = 5}).next_page() == "/e?since=15m&limit=5");
}

TEST_CASE("a page that reaches not back to the one before has missed some") {
  Pages pages;
  pages.take("a@9000", true);
  CHECK_FALSE(pages.follower.missed_some());
  pages.take("a@9000 b@9001", true);
  CHECK_FALSE(pages.follower.missed_some());
  pages.take("c@9100 d@9101", true);
  CHECK(pages.follower.missed_some());
  pages.take("d@9101 e@9102");
  CHECK_FALSE(pages.follower.missed_some());
}

}  // namespace
}  // namespace oneshot::ctl
