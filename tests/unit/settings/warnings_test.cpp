// SPDX-License-Identifier: MIT
// Settings that are allowed and hardly meant.
#include "settings/warnings.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/settings/parsed.hpp"

namespace oneshot::settings::test {
namespace {

/// The one warning about these settings; "": there is none.
std::string warning(const std::string& text) {
  CAPTURE(text);
  const std::vector<std::string> found = warnings(good(text));
  CHECK(found.size() <= 1);
  return found.empty() ? "" : found.front();
}

std::string client(const std::string& keys) {
  return "[clients.a]\ntoken_sha256 = \"" + std::string(64, 'a') + "\"\n" + keys +
         "\n[clients.anonymous]\nrights = [\"post\", \"scrape\"]\n";
}

/// What begins like the first of each pair is said about the second; and nothing about the third, which mends it.
struct Case {
  std::string said;
  std::string text;
  std::string mended;
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const std::string found = warning(one.text);
    CHECK_MESSAGE(found.starts_with(one.said), one.text, " says: ", found);
    CHECK(warning(one.mended) == "");
  }
}

TEST_CASE("a key that does nothing beside the others is warned of") {
  check({
      {"events.rate_burst does nothing: there is no limit. Set events.rate_limit, too, or leave rate_burst out",
       "events.rate_burst = 5", "[events]\nrate_burst = 5\nrate_limit = 1"},
      {"events.long_values = \"truncate\" does nothing: no value is too long", "events.long_values = \"truncate\"",
       "[events]\nlong_values = \"truncate\"\nmax_label_value_bytes = 100"},
      {"events.max_label_value_bytes does nothing: ", "[events]\nmax_label_value_bytes = 64\nmax_event_bytes = 64",
       "[events]\nmax_label_value_bytes = 64\nmax_event_bytes = 128"},
      {"events.counter_labels does nothing: ", "[events]\ncounter_series = 0\ncounter_labels = [\"type\"]",
       "events.counter_labels = [\"type\"]"},
      {"events.timestamp_max_age_seconds does nothing: ", "events.timestamp_max_age_seconds = 60",
       "[events]\nuse_explicit_timestamps = true\ntimestamp_max_age_seconds = 60"},
      {"events.sender_time = \"refuse\" does nothing: ",
       "[events]\nuse_explicit_timestamps = true\nsender_time = \"refuse\"", "events.sender_time = \"refuse\""},
      {"[webhooks.a] time does nothing: ",
       "events.sender_time = \"refuse\"\n[webhooks.a]\nlabels = {x = \"{/x}\"}\ntime = \"{/t}\"",
       "[webhooks.a]\nlabels = {x = \"{/x}\"}\ntime = \"{/t}\""},
      {"events.idempotency_seconds does nothing: events.idempotency_keys = 0 remembers none",
       "[events]\nidempotency_keys = 0\nidempotency_seconds = 60", "events.idempotency_seconds = 60"},
      {"[webhooks.a] id does nothing: events.idempotency_keys = 0 remembers none",
       "events.idempotency_keys = 0\n[webhooks.a]\nlabels = {x = \"{/x}\"}\nid = \"{/t}\"",
       "[webhooks.a]\nlabels = {x = \"{/x}\"}\nid = \"{/t}\""},
      {"storage.sync does nothing: events are kept in memory only. Set storage.path", "storage.sync = \"always\"",
       "[storage]\nsync = \"always\"\npath = \"/tmp/events.log\""},
      {"history.senders = true does nothing: ", "[history]\nseconds = 0\nsenders = true", "history.senders = true"},
      {"history.senders = true does nothing: ", "[history]\nmax_mib = 0\nsenders = true", ""},
      {"scrapers.forwarded_header does nothing: ", "scrapers.forwarded_header = \"X-Real-Ip\"",
       "[scrapers]\nforwarded_header = \"X-Real-Ip\"\ntrusted_proxies = [\"10.0.0.1\"]"},
  });
}

TEST_CASE("what a client's rights make useless is warned of") {
  check({
      {"[clients.a] does nothing: rights = []", client("rights = []"), client("rights = [\"view\"]")},
      {"[clients.a] scraper does nothing: ", client("rights = [\"post\"]\nscraper = \"p\""),
       client("rights = [\"scrape\"]\nscraper = \"p\"")},
      {"[clients.a] labels does nothing: ", client("rights = [\"scrape\"]\nlabels = {x = \"y\"}"),
       client("rights = [\"post\"]\nlabels = {x = \"y\"}")},
      {"[clients.a] metrics does nothing: ", client("rights = [\"view\"]\nmetrics = [\"events_to_metrics\"]"),
       client("rights = [\"post\"]\nmetrics = [\"events_to_metrics\"]")},
      {"[clients.a] rate_limit does nothing: ", client("rights = [\"view\"]\nrate_limit = 5"),
       client("rights = [\"post\"]\nrate_limit = 5")},
      {"[clients.u] unix_user does nothing: no address is a Unix socket",
       client("rights = [\"view\"]\n[clients.u]\nrights = [\"post\"]\nunix_user = \"0\""),
       client("rights = [\"view\"]\n[clients.u]\nrights = [\"post\"]\nunix_user = \"0\"\n"
              "[listeners.s]\naddress = \"unix:/tmp/s\"")},
  });
}

TEST_CASE("a client's own label that is over a limit of the scrapers is warned of") {
  const std::string labelled = client("rights = [\"post\"]\nlabels = {team_name = \"shop-checkout-web-eu\"}");
  check({
      {"[clients.a] labels: \"team_name\" is over events.max_label_value_bytes = 19, so that a scraper with this limit "
       "refuses each scrape",
       "events.max_label_value_bytes = 19\n" + labelled, "events.max_label_value_bytes = 20\n" + labelled},
      {"[clients.a] labels: \"team_name\" is over events.max_label_name_bytes = 8",
       "events.max_label_name_bytes = 8\n" + labelled, "events.max_label_name_bytes = 9\n" + labelled},
  });
}

TEST_CASE("settings by which nobody can post or scrape are warned of") {
  check({
      {"nobody can scrape: neither server.rights nor the rights of a [listeners.NAME] for TCP have \"scrape\"",
       "server.rights = [\"post\"]",
       "server.rights = [\"post\"]\n[listeners.a]\naddress = \"127.0.0.1:1\"\nrights = [\"scrape\"]"},
      {"nobody can scrape: ", "server.rights = [\"post\"]\n[listeners.a]\naddress = \"unix:/tmp/s\"", ""},
      {"nobody can post: neither server.rights", "server.rights = [\"scrape\", \"admin\"]", ""},
      {"nobody can scrape: the rights of no [clients.NAME] have \"scrape\". Add it to one of them, or add a section "
       "[clients.anonymous]",
       "[clients.anonymous]\nrights = [\"post\"]", "[clients.anonymous]\nrights = [\"post\", \"scrape\"]"},
      {"nobody can post: the rights of no [clients.NAME]", "[clients.anonymous]\nrights = [\"scrape\"]", ""},
      {"nobody can scrape: scrapers.allow = []", "scrapers.allow = []", "scrapers.allow = [\"10.0.0.1\"]"},
      {"nobody can scrape: scrapers.max = 0", "scrapers.max = 0", "[scrapers]\nmax = 0\nnames = [\"a\"]"},
      {"[clients.a] scraper: scrapers.max = 0 lets in those of scrapers.names alone",
       "[scrapers]\nmax = 0\nnames = [\"p\"]\n" + client("rights = [\"scrape\"]\nscraper = \"nosuch\""),
       "[scrapers]\nmax = 0\nnames = [\"p\"]\n" + client("rights = [\"scrape\"]\nscraper = \"p\"")},
  });
  CHECK(warnings(good("server.rights = []")).size() == 2);
}

TEST_CASE("a proxy that may be everybody is warned of") {
  check({
      {"scrapers.trusted_proxies has 0.0.0.0/0: everybody may say by X-Forwarded-For from which address it comes",
       "scrapers.trusted_proxies = [\"0.0.0.0/0\"]", "scrapers.trusted_proxies = [\"10.0.0.0/8\"]"},
      {"scrapers.trusted_proxies has ::/0: ", "scrapers.trusted_proxies = [\"::/0\"]", ""},
  });
}

}  // namespace
}  // namespace oneshot::settings::test
