// SPDX-License-Identifier: MIT
#include "app/scrape/scraper_identity.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "app/scrape/forwarding_watch.hpp"

namespace oneshot::app {
namespace {

Options trusting(std::initializer_list<std::string_view> proxies) {
  Options options;
  options.trusted_proxies = networks(proxies);
  return options;
}

std::string origin_of(const std::string& peer, const std::vector<http::Header>& headers) {
  http::Request request;
  request.peer = Address::parse(peer).value();
  request.headers = headers;
  return find_origin(request, trusting({"127.0.0.0/8", "::1/128", "10.1.0.0/16"})).address.text();
}

TEST_CASE("the origin of a scrape is what the trusted proxies saw, else the peer") {
  struct Row {
    const char* why;
    std::string peer;
    std::vector<http::Header> headers;
    std::string origin;
  };
  const std::vector<Row> rows{
      {"no header", "192.0.2.1", {}, "192.0.2.1"},
      {"no header, trusted peer", "127.0.0.1", {}, "127.0.0.1"},
      {"an untrusted peer's header", "192.0.2.1", {{"X-Real-Ip", "192.0.2.9"}}, "192.0.2.1"},
      {"an untrusted peer's list", "192.0.2.1", {{"X-Forwarded-For", "192.0.2.9"}}, "192.0.2.1"},
      {"real ip", "127.0.0.1", {{"X-Real-Ip", "192.0.2.9"}}, "192.0.2.9"},
      {"header names have no case", "127.0.0.1", {{"x-real-IP", "192.0.2.9"}}, "192.0.2.9"},
      {"the nearest proxy's real ip",
       "127.0.0.1",
       {{"X-Real-Ip", "192.0.2.8"}, {"X-Real-Ip", "192.0.2.9"}},
       "192.0.2.9"},
      {"a real ip that is none", "127.0.0.1", {{"X-Real-Ip", "unknown"}}, "127.0.0.1"},
      {"a real ip with port", "127.0.0.1", {{"X-Real-Ip", "[2001:db8::1]:443"}}, "2001:db8::1"},
      {"mapped IPv4", "127.0.0.1", {{"X-Real-Ip", "::ffff:192.0.2.9"}}, "192.0.2.9"},
      {"both: the list decides",
       "127.0.0.1",
       {{"X-Real-Ip", "192.0.2.8"}, {"X-Forwarded-For", "192.0.2.9"}},
       "192.0.2.9"},
      {"both, and the list is bad", "127.0.0.1", {{"X-Real-Ip", "192.0.2.8"}, {"X-Forwarded-For", "?"}}, "127.0.0.1"},
      {"both, and the list is empty",
       "127.0.0.1",
       {{"X-Real-Ip", "192.0.2.8"}, {"X-Forwarded-For", " , "}},
       "192.0.2.8"},
      {"rightmost untrusted", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.1, 192.0.2.9"}}, "192.0.2.9"},
      {"past trusted ones", "::1", {{"X-Forwarded-For", "192.0.2.1, 192.0.2.9, 10.1.0.2,10.1.0.1"}}, "192.0.2.9"},
      {"all trusted: the leftmost", "127.0.0.1", {{"X-Forwarded-For", "10.1.0.3, 10.1.0.2, 10.1.0.1"}}, "10.1.0.3"},
      {"an entry that is no address ends the walk",
       "127.0.0.1",
       {{"X-Forwarded-For", "192.0.2.9, unknown, 10.1.0.1"}},
       "10.1.0.1"},
      {"... also at once", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9, unknown"}}, "127.0.0.1"},
      {"several lines are one list",
       "127.0.0.1",
       {{"X-Forwarded-For", "192.0.2.9"}, {"X-Forwarded-For", "10.1.0.1"}},
       "192.0.2.9"},
      {"empty elements do not count", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9,, 10.1.0.1,"}}, "192.0.2.9"},
      {"ports", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9:5678, 10.1.0.1:80"}}, "192.0.2.9"},
      {"IPv6 in brackets", "127.0.0.1", {{"X-Forwarded-For", "[2001:db8::1], [::1]:80"}}, "2001:db8::1"},
      {"IPv6 bare", "127.0.0.1", {{"X-Forwarded-For", "2001:DB8:0::1"}}, "2001:db8::1"},
      {"a bracket left open", "127.0.0.1", {{"X-Forwarded-For", "[2001:db8::1"}}, "127.0.0.1"},
      {"junk behind a bracket", "127.0.0.1", {{"X-Forwarded-For", "[2001:db8::1]x"}}, "127.0.0.1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK(origin_of(row.peer, row.headers) == row.origin);
  }
}

TEST_CASE("a forwarding header is called ignored only where an untrusted peer sent it") {
  const std::vector<http::Header> headers{{"X-Forwarded-For", "192.0.2.9"}};
  http::Request request;
  request.headers = headers;
  request.peer = Address::parse("192.0.2.1").value();
  CHECK(find_origin(request, trusting({"127.0.0.0/8"})).header_ignored);
  request.peer = Address::parse("127.0.0.1").value();
  CHECK_FALSE(find_origin(request, trusting({"127.0.0.0/8"})).header_ignored);
  request.headers = {};
  request.peer = Address::parse("192.0.2.1").value();
  CHECK_FALSE(find_origin(request, trusting({"127.0.0.0/8"})).header_ignored);
}

TEST_CASE("an ignored header is worth one line per peer, and only so many peers are remembered") {
  ForwardingWatch watch;
  const Address peer = Address::parse("192.0.2.1").value();
  CHECK(watch.first_time(peer));
  CHECK_FALSE(watch.first_time(peer));
  CHECK(watch.first_time(Address::parse("192.0.2.2").value()));
  std::size_t named = 2;
  for (int i = 0; i < 5000; ++i)
    if (watch.first_time(Address::parse("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)).value()))
      ++named;
  CHECK(named == ForwardingWatch::max_peers);
}

TEST_CASE("a /metrics query is read for scraper and peek") {
  struct Row {
    std::string query;
    std::string scraper;
    bool peek;
  };
  const std::vector<Row> rows{
      {"", "", false},
      {"scraper=prom-a", "prom-a", false},
      {"scraper=prom%2Da", "prom-a", false},
      {"scraper=Az_09.:-&peek=1", "Az_09.:-", true},
      {"peek=0", "", false},
      {"scr%61per=x&p%65ek=%31", "x", true},
      {"&&scraper=x&", "x", false},
      {"scraper=" + std::string(128, 'a'), std::string(128, 'a'), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    const auto query = parse_metrics_query(row.query);
    REQUIRE(query.has_value());
    CHECK(query->scraper == row.scraper);
    CHECK(query->peek == row.peek);
  }
}

TEST_CASE("a bad /metrics query is refused in words that name the parameter") {
  struct Row {
    std::string query;
    std::string message;
  };
  const std::vector<Row> rows{
      {"scraper=", "scraper name \"\" must have 1 to 128 characters"},
      {"scraper", "scraper name \"\" must have 1 to 128 characters"},
      {"scraper=a+b", "scraper name \"a b\" may hold only letters, digits and _ . : -"},
      {"scraper=a%0Ab", "scraper name \"a\\nb\" may hold only letters, digits and _ . : -"},
      {"scraper=%zz", "parameter scraper: \"%zz\" is not percent-encoded text"},
      {"scraper=a&scraper=a", "parameter scraper is given twice"},
      {"peek=1&peek=1", "parameter peek is given twice"},
      {"peek=yes", "peek \"yes\" must be 0 or 1"},
      {"peek", "peek \"\" must be 0 or 1"},
      {"scrapper=a", "unknown parameter \"scrapper\" (there are scraper and peek); did you mean \"scraper\"?"},
      {"Scraper=a", "unknown parameter \"Scraper\" (there are scraper and peek); did you mean \"scraper\"?"},
      {"scraper=a&peak=1", "unknown parameter \"peak\" (there are scraper and peek); did you mean \"peek\"?"},
      {"%73crapper=a", "unknown parameter \"scrapper\" (there are scraper and peek); did you mean \"scraper\"?"},
      {"match[]=up&scraper=a", "unknown parameter \"match[]\" (there are scraper and peek)"},
      {"scraper=a&format=prometheus", "unknown parameter \"format\" (there are scraper and peek)"},
      {"=1", "unknown parameter \"\" (there are scraper and peek)"},
      {"a%zz=1", "unknown parameter \"a%zz\" (there are scraper and peek)"},
      {"a%0A%22=1", "unknown parameter \"a\\n\\\"\" (there are scraper and peek)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    const auto query = parse_metrics_query(row.query);
    REQUIRE_FALSE(query.has_value());
    CHECK(query.error() == row.message);
  }
  CHECK_FALSE(parse_metrics_query("scraper=" + std::string(129, 'a')).has_value());
}

TEST_CASE("a name goes before the address") {
  const Address origin = Address::parse("::ffff:10.0.0.7").value();
  CHECK(identify(MetricsQuery{"prom-a", false}, origin).id == "prom-a");
  CHECK(identify(MetricsQuery{"prom-a", false}, origin).by_name);
  CHECK(identify(MetricsQuery{}, origin).id == "10.0.0.7");
  CHECK_FALSE(identify(MetricsQuery{}, origin).by_name);
}

}  // namespace
}  // namespace oneshot::app
