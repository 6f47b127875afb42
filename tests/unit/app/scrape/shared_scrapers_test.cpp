// SPDX-License-Identifier: MIT
#include "app/scrape/shared_scrapers.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "support/captured_log.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using std::chrono::hours;
using test::Answer;
using test::App;
using test::value_of;

struct Watched {
  SharedScrapers watch;
  SteadyTime now{hours(1000)};

  std::optional<std::string> scrape(std::uint64_t connection, std::string_view user_agent = "Prometheus/2.42.0",
                                    std::string_view scraper = "a") {
    now += std::chrono::seconds(15);
    return watch.note({.scraper = scraper, .user_agent = user_agent, .connection = connection}, now);
  }
  [[nodiscard]] bool shared() const { return watch.is_shared("a", now); }
};

TEST_CASE("one scraper on one connection, or on a new one each time, is no sign") {
  Watched w;
  for (int i = 0; i < 50; ++i) CHECK_FALSE(w.scrape(1));
  for (std::uint64_t connection = 2; connection < 50; ++connection) CHECK_FALSE(w.scrape(connection));
  CHECK_FALSE(w.shared());
}

TEST_CASE("a connection that scrapes again after another one has is a sign of two scrapers") {
  Watched w;
  CHECK_FALSE(w.scrape(1));
  CHECK_FALSE(w.scrape(2));
  CHECK(w.scrape(1) == "two connections scrape in turn");
  CHECK(w.shared());
}

TEST_CASE("so it is where more than two take turns") {
  Watched w;
  for (std::uint64_t connection = 1; connection <= 8; ++connection) CHECK_FALSE(w.scrape(connection));
  CHECK(w.scrape(1).has_value());
}

TEST_CASE("the connections of a proxy are no sign, the programs behind it are") {
  Watched w;
  for (int i = 0; i < 10; ++i) CHECK_FALSE(w.scrape(0));
  CHECK(w.scrape(0, "curl/7.88.1").has_value());
}

TEST_CASE("two programs are a sign at once") {
  Watched w;
  w.scrape(1);
  CHECK(w.scrape(2, "curl/7.88.1") == "two programs scrape: User-Agent Prometheus/2.42.0 and curl/7.88.1");
  CHECK(w.shared());
  Watched without_name;
  without_name.scrape(1);
  CHECK(without_name.scrape(2, "") == "two programs scrape: User-Agent Prometheus/2.42.0 and none");
}

TEST_CASE("a new version of one program is an upgrade, two versions in turn are two scrapers") {
  Watched w;
  w.scrape(1);
  CHECK_FALSE(w.scrape(2, "Prometheus/2.53.3"));
  CHECK_FALSE(w.scrape(2, "Prometheus/2.53.3"));
  CHECK_FALSE(w.scrape(3, "Prometheus/2.42.0"));  // taken back
  CHECK_FALSE(w.shared());
  CHECK(w.scrape(4, "Prometheus/2.53.3").has_value());
}

TEST_CASE("another program that comes an hour later has taken the place of the first") {
  Watched w;
  w.scrape(1);
  w.now += hours(1);
  CHECK_FALSE(w.scrape(2, "vm_promscrape"));
}

TEST_CASE("other identities are not concerned") {
  Watched w;
  w.scrape(1);
  CHECK_FALSE(w.scrape(2, "curl/7.88.1", "b"));
  CHECK_FALSE(w.shared());
}

TEST_CASE("a warning is due at most once an hour, and the sign lasts for an hour") {
  Watched w;
  w.scrape(1);
  w.scrape(2);
  int warnings = 0;
  for (int i = 0; i < 240; ++i) warnings += w.scrape(1 + static_cast<std::uint64_t>(i) % 2) ? 1 : 0;  // 15 s each
  CHECK(warnings == 1);
  CHECK(w.scrape(1).has_value());
  for (int i = 0; i < 4 * 59; ++i) w.scrape(1);
  CHECK(w.shared());
  for (int i = 0; i < 4; ++i) w.scrape(1);
  CHECK_FALSE(w.shared());
}

TEST_CASE("it remembers a bounded number of identities and lets go of the one not seen for longest") {
  Watched w;
  w.scrape(1, "Prometheus/2.42.0", "first");
  for (std::size_t i = 0; i < SharedScrapers::max_scrapers; ++i) w.scrape(1, "Prometheus/2.42.0", std::to_string(i));
  CHECK_FALSE(w.scrape(2, "curl/7.88.1", "first"));
  CHECK(w.scrape(2, "curl/7.88.1", "1000").has_value());
}

TEST_CASE("two scrapers under one address are named in the log, with what to do, and in the metrics") {
  App app;
  const auto scrape = [&](std::uint64_t connection, std::vector<http::Header> headers = {}) {
    Answer answer = app.call({.target = "/metrics", .headers = std::move(headers), .connection = connection});
    test::read_source(answer);
    test::deliver(answer);
    return value_of(answer, "oneshot_scraper_shared", {{"scraper", "10.0.0.7"}});
  };
  CHECK(scrape(1) == 0);
  CHECK(scrape(2) == 0);
  log::set_level(log::Level::warn);
  const oneshot::test::CapturedLog log;
  CHECK(scrape(1) == 1);
  CHECK(scrape(2) == 1);
  log::set_level(log::Level::error);
  CHECK(log.count("level=warn") == 1);
  CHECK(log.count("give each a name with params: {scraper: [NAME]}") == 1);
  CHECK(log.count("scraper=10.0.0.7 reason=\"two connections scrape in turn\"") == 1);
}

TEST_CASE("a peek, a HEAD and a pipelined request are no sign, since they take nothing") {
  App app;
  app.call({.target = "/metrics", .headers = {{"User-Agent", "Prometheus/2.42.0"}}});
  app.call({.target = "/metrics?peek=1", .headers = {{"User-Agent", "curl/7.88.1"}}});
  app.call({.method = http::Method::head, .target = "/metrics", .headers = {{"User-Agent", "curl/7.88.1"}}});
  app.call({.target = "/metrics", .headers = {{"User-Agent", "curl/7.88.1"}}, .pipelined = true});
  CHECK_FALSE(app.services->shared_scrapers.is_shared("10.0.0.7", app.clock.steady()));
}

}  // namespace
}  // namespace oneshot::app
