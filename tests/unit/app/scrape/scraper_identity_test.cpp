// SPDX-License-Identifier: MIT
#include "app/scrape/scraper_identity.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "app/scrape/proxy/forwarding_watch.hpp"

namespace oneshot::app {
namespace {

Options trusting(std::initializer_list<std::string_view> proxies) {
  Options options;
  options.trusted_proxies = networks(proxies);
  return options;
}

http::Request request_of(const std::string& peer, const std::vector<http::Header>& headers) {
  http::Request request;
  request.peer = Address::parse(peer).value();
  request.headers = headers;
  return request;
}

Origin origin_of(const std::string& peer, const std::vector<http::Header>& headers,
                 const std::string& believed = "X-Forwarded-For") {
  Options options = trusting({"127.0.0.0/8", "::1/128", "10.1.0.0/16"});
  options.forwarded_header = believed;
  return find_origin(request_of(peer, headers), options);
}

TEST_CASE("the origin of a scrape is what the trusted proxies saw, else the peer") {
  struct Row {
    const char* why;
    std::string peer;
    std::vector<http::Header> headers;
    std::string origin;
    bool unreadable = false;
  };
  const std::vector<Row> rows{
      {"no header", "192.0.2.1", {}, "192.0.2.1"},
      {"no header, trusted peer", "127.0.0.1", {}, "127.0.0.1"},
      {"an untrusted peer's header", "192.0.2.1", {{"X-Forwarded-For", "192.0.2.9"}}, "192.0.2.1"},
      {"... that is no address", "192.0.2.1", {{"X-Forwarded-For", "unknown"}}, "192.0.2.1"},
      {"header names have no case", "127.0.0.1", {{"x-forwarded-FOR", "192.0.2.9"}}, "192.0.2.9"},
      {"another header beside it",
       "127.0.0.1",
       {{"X-Real-Ip", "192.0.2.8"}, {"X-Forwarded-For", "192.0.2.9"}, {"Forwarded", "for=192.0.2.7"}},
       "192.0.2.9"},
      {"another header alone", "127.0.0.1", {{"X-Real-Ip", "192.0.2.8"}}, "127.0.0.1"},
      {"mapped IPv4", "127.0.0.1", {{"X-Forwarded-For", "::ffff:192.0.2.9"}}, "192.0.2.9"},
      {"an empty list", "127.0.0.1", {{"X-Real-Ip", "192.0.2.8"}, {"X-Forwarded-For", " , "}}, "127.0.0.1", true},
      {"rightmost untrusted", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.1, 192.0.2.9"}}, "192.0.2.9"},
      {"... whatever stands left of it", "127.0.0.1", {{"X-Forwarded-For", "?, 192.0.2.9"}}, "192.0.2.9"},
      {"past trusted ones", "::1", {{"X-Forwarded-For", "192.0.2.1, 192.0.2.9, 10.1.0.2,10.1.0.1"}}, "192.0.2.9"},
      {"all trusted: the leftmost", "127.0.0.1", {{"X-Forwarded-For", "10.1.0.3, 10.1.0.2, 10.1.0.1"}}, "10.1.0.3"},
      {"an entry that is no address ends the walk",
       "127.0.0.1",
       {{"X-Forwarded-For", "192.0.2.9, unknown, 10.1.0.1"}},
       "10.1.0.1",
       true},
      {"... also at once", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9, unknown"}}, "127.0.0.1", true},
      {"several lines are one list",
       "127.0.0.1",
       {{"X-Forwarded-For", "192.0.2.9"}, {"X-Forwarded-For", "10.1.0.1"}},
       "192.0.2.9"},
      {"empty elements do not count", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9,, 10.1.0.1,"}}, "192.0.2.9"},
      {"ports", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9:5678, 10.1.0.1:80"}}, "192.0.2.9"},
      {"IPv6 in brackets", "127.0.0.1", {{"X-Forwarded-For", "[2001:db8::1], [::1]:80"}}, "2001:db8::1"},
      {"IPv6 bare", "127.0.0.1", {{"X-Forwarded-For", "2001:DB8:0::1"}}, "2001:db8::1"},
      {"a bracket left open", "127.0.0.1", {{"X-Forwarded-For", "[2001:db8::1"}}, "127.0.0.1", true},
      {"junk behind a bracket", "127.0.0.1", {{"X-Forwarded-For", "[2001:db8::1]x"}}, "127.0.0.1", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const Origin origin = origin_of(row.peer, row.headers);
    CHECK(origin.address.text() == row.origin);
    CHECK(origin.unreadable == row.unreadable);
  }
}

TEST_CASE("one header is believed, the one of the setting, whatever a client writes into the others") {
  struct Row {
    std::string believed;
    std::vector<http::Header> headers;
    std::string origin;
  };
  const std::vector<http::Header> both{{"X-Forwarded-For", "192.0.2.1"}, {"X-Real-Ip", "192.0.2.9"}};
  const std::vector<Row> rows{
      {"X-Real-IP", both, "192.0.2.9"},
      {"x-real-ip", both, "192.0.2.9"},
      {"X-Forwarded-For", both, "192.0.2.1"},
      {"CF-Connecting-IP", both, "127.0.0.1"},
      {"CF-Connecting-IP", {{"Cf-Connecting-Ip", "2001:db8::1"}, {"X-Real-Ip", "192.0.2.9"}}, "2001:db8::1"},
      {"X-Real-IP", {{"X-Real-Ip", "192.0.2.8"}, {"X-Real-Ip", "192.0.2.9"}}, "192.0.2.9"},  // the nearest proxy's
      {"X-Real-IP", {{"X-Real-Ip", "[2001:db8::1]:443"}}, "2001:db8::1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.believed);
    CHECK(origin_of("127.0.0.1", row.headers, row.believed).address.text() == row.origin);
  }
}

TEST_CASE("a forwarding header is called ignored where a stranger sent it, or where another one counts") {
  using enum Origin::Ignored;
  const std::vector<http::Header> list{{"X-Forwarded-For", "192.0.2.9"}};
  CHECK(origin_of("192.0.2.1", list).ignored == from_stranger);
  CHECK(origin_of("192.0.2.1", {{"Forwarded", "for=192.0.2.9"}}).ignored == from_stranger);
  CHECK(origin_of("127.0.0.1", list).ignored == none);
  CHECK(origin_of("127.0.0.1", list, "X-Real-IP").ignored == other_header);
  CHECK(origin_of("127.0.0.1", {{"Forwarded", "for=192.0.2.9"}}).ignored == other_header);
  CHECK(origin_of("192.0.2.1", {}).ignored == none);
}

TEST_CASE("nobody is believed unless the settings say so") {
  const Origin origin = find_origin(request_of("127.0.0.1", {{"X-Forwarded-For", "192.0.2.9"}}), Options());
  CHECK(origin.address.text() == "127.0.0.1");
  CHECK(origin.ignored == Origin::Ignored::from_stranger);
}

TEST_CASE("who cannot be read may scrape only where everybody may") {
  Options options = trusting({"127.0.0.0/8"});
  const auto scrape = [&](const std::vector<http::Header>& headers) {
    const auto may = may_scrape(find_origin(request_of("127.0.0.1", headers), options), options);
    return may ? std::string() : may.error();
  };
  const std::vector<http::Header> unreadable{{"X-Forwarded-For", "10.0.0.1, unknown"}};
  CHECK(scrape(unreadable).empty());
  options.allow = networks({"127.0.0.0/8", "10.0.0.0/8"});
  CHECK(scrape(unreadable) ==
        "who scrapes is not known: X-Forwarded-For must be a list of IP addresses (scrapers.forwarded_header, "
        "scrapers.allow)");
  CHECK(scrape({{"X-Forwarded-For", "10.0.0.1"}}).empty());
  CHECK(scrape({{"X-Forwarded-For", "192.0.2.1"}}) == "192.0.2.1 may not scrape (scrapers.allow)");
  CHECK(scrape({}).empty());
  options.allow = networks({"0.0.0.0/0"});
  CHECK_FALSE(scrape(unreadable).empty());
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

TEST_CASE("a /metrics query is read for who scrapes, and what it wants") {
  struct Row {
    std::string query;
    std::string scraper;
    bool peek;
    bool events = true;
    std::string since = {};
  };
  const std::vector<Row> rows{
      {"", "", false},
      {"scraper=prom-a", "prom-a", false},
      {"scraper=prom%2Da", "prom-a", false},
      {"scraper=Az_09.:-&peek=1", "Az_09.:-", true},
      {"peek=0", "", false},
      {"scr%61per=x&p%65ek=%31", "x", true},
      {"&&scraper=x&", "x", false},
      {"events=0", "", false, false},
      {"events=1&scraper=x&since=1h", "x", false, true, "1h"},
      {"scraper=" + std::string(128, 'a'), std::string(128, 'a'), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    const auto query = parse_metrics_query(row.query);
    REQUIRE(query.has_value());
    CHECK(query->scraper == row.scraper);
    CHECK(query->peek == row.peek);
    CHECK(query->events == row.events);
    CHECK(query->since == row.since);
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
      {"events=no", "events \"no\" must be 0 or 1"},
      {"since=1h&since=2h", "parameter since is given twice"},
      {"since=soon",
       "since \"soon\" is no time: write how long ago (15m, 1h30m, 2d), RFC 3339 (2026-11-26T09:30:00Z), Unix "
       "seconds (1795685400) or milliseconds (1795685400000)"},
      {"since=30", "since \"30\" has no unit: write 30m or 30s"},
      {"scrapper=a",
       "unknown parameter \"scrapper\" (there are scraper, since, peek and events); did you mean \"scraper\"?"},
      {"Scraper=a",
       "unknown parameter \"Scraper\" (there are scraper, since, peek and events); did you mean \"scraper\"?"},
      {"scraper=a&peak=1",
       "unknown parameter \"peak\" (there are scraper, since, peek and events); did you mean \"peek\"?"},
      {"%73crapper=a",
       "unknown parameter \"scrapper\" (there are scraper, since, peek and events); did you mean \"scraper\"?"},
      {"match[]=up&scraper=a", "unknown parameter \"match[]\" (there are scraper, since, peek and events)"},
      {"scraper=a&format=prometheus", "unknown parameter \"format\" (there are scraper, since, peek and events)"},
      {"=1", "unknown parameter \"\" (there are scraper, since, peek and events)"},
      {"a%zz=1", "unknown parameter \"a%zz\" (there are scraper, since, peek and events)"},
      {"a%0A%22=1", "unknown parameter \"a\\n\\\"\" (there are scraper, since, peek and events)"},
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
