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
  Follower follower{Query("/e").add("label.a", "b"), ""};
};

TEST_CASE("an event is seen once, also one that shows after a younger one") {
  Pages pages;
  CHECK(pages.take("a@9000 b@9000") == "ab");
  CHECK(pages.take("a@9000 c@8990 b@9000 d@9001") == "cd");
  CHECK(pages.take("d@9001") == "");
}

TEST_CASE("pages overlap by two seconds, and what is older is forgotten") {
  Pages pages;
  CHECK(pages.follower.next_page() == "/e?label.a=b&limit=10");
  CHECK(pages.take("") == "");
  CHECK(pages.follower.next_page() == "/e?label.a=b&limit=1000");
  CHECK(pages.take("a@9000 b@20000") == "ab");
  CHECK(pages.follower.next_page() == "/e?label.a=b&since=18000&limit=1000");
  CHECK(pages.take("a@9000") == "a");
}

TEST_CASE("it begins where it was told to") {
  Follower follower(Query("/e"), "15m");
  CHECK(follower.next_page() == "/e?since=15m&limit=1000");
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
