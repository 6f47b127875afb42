// SPDX-License-Identifier: MIT
#include "settings/sources/load_toml.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include "base/utf8.hpp"
#include "settings/effective.hpp"
#include "unit/settings/parsed.hpp"

using namespace oneshot;
using namespace oneshot::settings;
using namespace std::chrono_literals;

namespace {

using settings::test::error;
using settings::test::good;

/// Up to 12 characters without control characters: some that mean something in TOML, others from all of Unicode.
std::string random_text(std::mt19937& random) {
  constexpr std::string_view meaningful = "\"\"\\\\''#[]{}=., \tabcuU0189";
  std::string text;
  for (auto left = random() % 13; left > 0; --left) {
    if (random() % 2 == 0) {
      text += meaningful[random() % meaningful.size()];
      continue;
    }
    const std::size_t length = 1 + random() % 4;
    std::string character;  // random bytes until they happen to be one
    do {
      character.clear();
      for (std::size_t i = 0; i < length; ++i) {
        const auto byte = random();
        character += static_cast<char>(i > 0         ? 0x80 | (byte & 0x3F)
                                       : length == 1 ? 0x20 + byte % 0x5F
                                                     : 0xC0 | (byte & 0x3F));
      }
    } while (utf8_sequence(character) != length);
    text += character;
  }
  return text;
}

std::string texts(const std::vector<Network>& networks) {
  std::string text;
  for (const Network& network : networks) text += network.text() + ' ';
  return text;
}

}  // namespace

TEST_CASE("an empty file changes nothing") {
  for (const char* const text : {"", "\n\n", "# only a comment", "[server]\n[log]\n", "\xEF\xBB\xBF"}) {
    CAPTURE(text);
    CHECK(render_toml(good(text)) == render_toml(Settings{}));
  }
}

TEST_CASE("every key of [server] is taken over") {
  const auto server = good(R"(
[server]
host = "127.0.0.1"
port = 0
threads = 64
max_connections = 10
max_connections_per_peer = 9
max_memory_mib = 70
header_timeout_seconds = 0.25
idle_timeout_seconds = 5
stop_seconds = 0
)")
                          .net;
  CHECK(server.host == "127.0.0.1");
  CHECK(server.port == 0);
  CHECK(server.threads == 64);
  CHECK(server.max_connections == 10);
  CHECK(server.max_connections_per_peer == 9);
  CHECK(server.max_memory_mib == 70);
  CHECK(server.header_timeout == 250ms);
  CHECK(server.idle_timeout == 5s);
  CHECK(server.stop_timeout == 0s);
  CHECK(good("server.gzip = \"off\"").app.gzip == app::Gzip::off);
  CHECK(good("server.gzip = \"auto\"").app.gzip == app::Gzip::automatic);
  CHECK(error("server.gzip = true") == "c.toml:1: [server] gzip = true: must be \"auto\" or \"off\"");
}

TEST_CASE("every key of [events] is taken over") {
  const auto settings = good(R"(
[events]
metric = "my:events_total"
use_explicit_timestamps = true
timestamp_max_age_seconds = 60.5
repeats = "sum"
max_event_bytes = 1024
idempotency_keys = 0
)");
  CHECK(settings.app.metric == "my:events_total");
  CHECK(settings.queue.explicit_timestamps);
  CHECK(settings.app.timestamp_max_age == 60500ms);
  CHECK(settings.app.event.repeats == event::Repeats::sum);
  CHECK(settings.app.event.max_event_bytes == 1024);
  CHECK(settings.queue.storage.idempotency_keys == 0);
  CHECK(good("events.repeats = \"last\"").app.event.repeats == event::Repeats::last);
  CHECK(good("events.repeats = \"count\"").app.event.repeats == event::Repeats::count);
}

TEST_CASE("every key of [scrapers] is taken over") {
  const auto settings = good(R"(
[scrapers]
names = ["prometheus-a", 'b.example:9090']
forget_after_seconds = 60
max = 0
startup_hold_seconds = 1.5
max_events_per_scrape = 500
max_scrape_bytes = 65536
allow = ["10.0.0.0/8",
         "2001:db8::1"]
trusted_proxies = ["127.0.0.1"]
forwarded_header = "X-Real-IP"
)");
  CHECK(settings.queue.names == std::vector<std::string>{"prometheus-a", "b.example:9090"});
  CHECK(settings.queue.forget_after == 60s);
  CHECK(settings.queue.max_unnamed == 0);
  CHECK(settings.queue.startup_hold == 1500ms);
  CHECK(settings.queue.max_events_per_scrape == 500);
  CHECK(settings.queue.max_scrape_bytes == 65'536);
  CHECK(texts(settings.app.allow) == "10.0.0.0/8 2001:db8::1/128 ");
  CHECK(texts(settings.app.trusted_proxies) == "127.0.0.1/32 ");
  CHECK(settings.app.forwarded_header == "X-Real-IP");
}

TEST_CASE("every key of [storage] and [log] is taken over") {
  const auto settings = good(R"(
[storage]
path = "/var/lib/oneshot/events"
capacity_mib = 1
when_full = "reject"
sync = "always"
[log]
level = "debug"
)");
  CHECK(settings.queue.storage.path == "/var/lib/oneshot/events");
  CHECK(settings.queue.storage.capacity_bytes == 1 << 20);
  CHECK(settings.queue.when_full == queue::WhenFull::reject);
  CHECK(settings.queue.storage.sync == storage::Sync::always);
  CHECK(settings.log_level == log::Level::debug);
  CHECK(good("storage.when_full = \"drop_oldest\"").queue.when_full == queue::WhenFull::drop_oldest);
  CHECK(good("storage.sync = \"none\"").queue.storage.sync == storage::Sync::none);
  CHECK(good("storage.sync = \"interval\"").queue.storage.sync == storage::Sync::interval);
  CHECK(good("log.level = \"error\"").log_level == log::Level::error);
  CHECK(good("log.level = \"warn\"").log_level == log::Level::warn);
  CHECK(good("log.level = \"info\"").log_level == log::Level::info);
}

TEST_CASE("the built-in defaults are those of the contract") {
  const Settings settings;
  CHECK(settings.net.host == "::");
  CHECK(settings.net.port == 8090);
  CHECK(settings.net.idle_timeout == 330s);
  CHECK(settings.app.metric == "events_to_metrics");
  CHECK(texts(settings.app.allow) == "0.0.0.0/0 ::/0 ");
  CHECK(settings.app.trusted_proxies.empty());
  CHECK(settings.app.forwarded_header == "X-Forwarded-For");
  CHECK(settings.queue.storage.path.empty());
}

TEST_CASE("a key that the file does not name keeps the value it had") {
  Settings base = Settings{};
  base.net.port = 1234;
  base.app.allow.clear();
  const auto result = parse_toml("server.threads = 2", "c.toml", base);
  REQUIRE(result);
  CHECK(result->net.port == 1234);
  CHECK(result->net.threads == 2);
  CHECK(result->app.allow.empty());
}

TEST_CASE("all ways to write TOML tables and numbers mean the same") {
  for (const char* const text :
       {"[server]\nport = 80", "server.port = 80", "server = { port = 80 }", "[ \"server\" ]\n'port' = 0x50",
        "\xEF\xBB\xBF[server]\r\nport = 80\r\n", "[server] # x\nport = +80 # y"}) {
    CAPTURE(text);
    CHECK(good(text).net.port == 80);
  }
}

TEST_CASE("an unknown key is an error that names the nearest one") {
  CHECK(error("[server]\n\nprot = 80") == "c.toml:3: [server] prot: unknown key; did you mean \"port\"?");
  CHECK(error("[server]\nPort = 80") == "c.toml:2: [server] Port: unknown key; did you mean \"port\"?");
  CHECK(error("[server]\nidle_timeout = 80") ==
        "c.toml:2: [server] idle_timeout: unknown key; did you mean \"idle_timeout_seconds\"?");
  CHECK(error("[log]\nlevle = \"info\"") == "c.toml:2: [log] levle: unknown key; did you mean \"level\"?");
  CHECK(error("[log]\nfile = \"x\"") == "c.toml:2: [log] file: unknown key; allowed: level, format");
  CHECK(error("[storage]\nzzz = 1") ==
        "c.toml:2: [storage] zzz: unknown key; allowed: path, capacity_mib, when_full, sync");
}

TEST_CASE("a key in the wrong section is an error that names the right one") {
  CHECK(error("port = 80") == "c.toml:1: port: unknown key; it belongs to [server]");
  CHECK(error("[server]\nmetric = \"m\"") == "c.toml:2: [server] metric: unknown key; it belongs to [events]");
}

TEST_CASE("an unknown table is an error that names the nearest one") {
  CHECK(error("[servers]\nport = 80") == "c.toml:1: [servers]: unknown table; did you mean [server]?");
  CHECK(error("\n[Log]") == "c.toml:2: [Log]: unknown table; did you mean [log]?");
  const std::string all =
      "allowed: [server], [events], [scrapers], [storage], [history], [cluster], [log], [clients], [listeners], "
      "[metrics], [confirm], [webhooks]";
  CHECK(error("[tls]") == "c.toml:1: [tls]: unknown table; " + all);
  CHECK(error("[[server]]\nport = 1") == "c.toml:1: server = a list: must be a table, [server]");
  CHECK(error("server = 80") == "c.toml:1: server = 80: must be a table, [server]");
  CHECK(error("whatever = 80") == "c.toml:1: whatever: unknown key; " + all);
}

TEST_CASE("the wrong type is an error that says what was found and what is allowed") {
  const std::string whole = ": must be a whole number from 0 to 65535";
  CHECK(error("[server]\nport = \"80\"") == "c.toml:2: [server] port = \"80\"" + whole);
  CHECK(error("[server]\nport = 80.0") == "c.toml:2: [server] port = 80" + whole);
  CHECK(error("[server]\nport = true") == "c.toml:2: [server] port = true" + whole);
  CHECK(error("[server]\nport = [80]") == "c.toml:2: [server] port = a list" + whole);
  CHECK(error("[server.port]\nx = 1") == "c.toml:1: [server] port = a table" + whole);
  CHECK(error("[server]\nport = 2024-01-01") == "c.toml:2: [server] port = a date or time" + whole);
  CHECK(error("[events]\nuse_explicit_timestamps = 1") ==
        "c.toml:2: [events] use_explicit_timestamps = 1: must be true or false");
  CHECK(error("[events]\nmetric = 1") == "c.toml:2: [events] metric = 1: must be a text in quotes");
  CHECK(error("[server]\nstop_seconds = \"1\"") ==
        "c.toml:2: [server] stop_seconds = \"1\": must be a number of seconds from 0 to 3600");
  CHECK(error("[scrapers]\nnames = \"a\"") == "c.toml:2: [scrapers] names = \"a\": must be a list of names in quotes");
  CHECK(error("[scrapers]\nnames = [\"a\",\n 1]") ==
        "c.toml:3: [scrapers] names contains 1: must be a list of names in quotes");
  CHECK(error("[scrapers]\nallow = [[\"::/0\"]]") ==
        "c.toml:2: [scrapers] allow contains a list: must be a list of IP addresses and networks in quotes");
}

TEST_CASE("whole numbers have a range") {
  struct Case {
    const char* key;
    const char* below;
    const char* low;
    const char* high;
    const char* above;
  };
  for (const Case& c : {Case{"server.port", "-1", "0", "65535", "65536"},
                        {"server.threads", "-1", "0", "64", "65"},
                        {"server.max_connections", "0", "1", "1000000", "1000001"},
                        {"server.max_connections_per_peer", "-1", "0", "1000000", "1000001"},
                        {"server.max_memory_mib", "7", "8", "1048576", "1048577"},
                        {"events.max_event_bytes", "63", "64", "65536", "65537"},
                        {"events.idempotency_keys", "-1", "0", "1048576", "1048577"},
                        {"scrapers.max", "-1", "0", "10000", "10001"},
                        {"scrapers.max_events_per_scrape", "0", "1", "100000000", "100000001"},
                        {"scrapers.max_scrape_bytes", "65535", "65536", "1073741824", "1073741825"},
                        {"storage.capacity_mib", "0", "1", "1048576", "9223372036854775807"}}) {
    CAPTURE(c.key);
    const std::string assign = std::string(c.key) + " = ";
    CHECK(error(assign + c.low) == "fine");
    CHECK(error(assign + c.high) == "fine");
    const std::string must = std::string(": must be a whole number from ") + c.low + " to ";
    CHECK(error(assign + c.below).find(" = " + std::string(c.below) + must) != std::string::npos);
    CHECK(error(assign + c.above).find(" = " + std::string(c.above) + must) != std::string::npos);
  }
  CHECK(error("[server]\nport = 70000") == "c.toml:2: [server] port = 70000: must be a whole number from 0 to 65535");
}

TEST_CASE("seconds have a range, and may be whole or decimal") {
  struct Case {
    const char* key;
    const char* below;
    const char* low;
    const char* high;
    const char* above;
  };
  for (const Case& c : {Case{"server.header_timeout_seconds", "0.09", "0.1", "3600", "3600.1"},
                        {"server.idle_timeout_seconds", "0.5", "1", "86400", "86401"},
                        {"server.stop_seconds", "-0.1", "0", "3600.0", "1e9"},
                        {"events.timestamp_max_age_seconds", "0", "1.0", "3500", "3600"},
                        {"scrapers.forget_after_seconds", "0.9", "1", "31536000", "31536001"},
                        {"scrapers.startup_hold_seconds", "-1", "0", "86400", "86400.001"},
                        {"history.seconds", "-0.001", "0", "86400.0", "86401"}}) {
    CAPTURE(c.key);
    const std::string assign = std::string(c.key) + " = ";
    CHECK(error(assign + c.low) == "fine");
    CHECK(error(assign + c.high) == "fine");
    for (const char* const bad : {c.below, c.above, "nan", "inf", "-inf"}) {
      CAPTURE(bad);
      CHECK(error(assign + bad).find(": must be a number of seconds from ") != std::string::npos);
    }
  }
  CHECK(error("[server]\nheader_timeout_seconds = 0") ==
        "c.toml:2: [server] header_timeout_seconds = 0: must be a number of seconds from 0.1 to 3600");
}

TEST_CASE("words must be one of those that exist") {
  CHECK(error("[events]\nrepeats = \"add\"") ==
        "c.toml:2: [events] repeats = \"add\": must be \"count\", \"last\" or \"sum\"");
  CHECK(error("[storage]\nwhen_full = 5") ==
        "c.toml:2: [storage] when_full = 5: must be \"drop_oldest\" or \"reject\"");
  CHECK(error("[storage]\nsync = \"\"") ==
        "c.toml:2: [storage] sync = \"\": must be \"none\", \"interval\" or \"always\"");
  CHECK(error("[log]\nlevel = \"trace\"") ==
        "c.toml:2: [log] level = \"trace\": must be \"error\", \"warn\", \"warning\", \"info\" or \"debug\"");
}

TEST_CASE("the metric must be a valid name that is not the server's own") {
  const std::string must = ": must be a metric name: 1 to 200 letters, digits, _ and :, the first one no digit";
  for (const std::string& bad : {std::string(), std::string("1a"), std::string("a-b"), std::string("a b"),
                                 std::string("ä"), std::string("a{"), std::string(201, 'a')}) {
    CAPTURE(bad);
    const auto text = error("[events]\nmetric = \"" + bad + '"');
    CHECK(text.find(must) != std::string::npos);
  }
  CHECK(error("[events]\nmetric = \"a-b\"") == "c.toml:2: [events] metric = \"a-b\"" + must);
  for (const char* const own : {"events_to_metrics_event_count", "events_to_metrics_scraper_counts", "oneshot_scrapers",
                                "oneshot_", "process_cpu_seconds_total"}) {
    CAPTURE(own);
    CHECK(error(std::string("[events]\nmetric = \"") + own + '"') ==
          std::string("c.toml:2: [events] metric = \"") + own +
              "\": must not be one of the server's own metrics: events_to_metrics_event_count, "
              "events_to_metrics_scraper_counts, oneshot_* and process_*");
  }
  for (const std::string& name : {std::string("_"), std::string(":a1"), std::string(200, 'a'), std::string("oneshot"),
                                  std::string("events_to_metrics_event_counts")}) {
    CAPTURE(name);
    CHECK(good("events.metric = \"" + name + '"').app.metric == name);
  }
}

TEST_CASE("the host must look like an address or a name") {
  for (const char* const host : {"::", "0.0.0.0", "localhost", "fe80::1%eth0", "a-b.example.org", "my_host"}) {
    CAPTURE(host);
    CHECK(good(std::string("server.host = \"") + host + '"').net.host == host);
  }
  const std::string must = ": must be an IP address such as \"::\" or \"127.0.0.1\", or a host name, without a port";
  for (const char* const bad : {"", "[::]", "a b", "a/b", "ü", "a:b", "localhost:8090"}) {
    CAPTURE(bad);
    CHECK(error(std::string("server.host = \"") + bad + '"') ==
          std::string("c.toml:1: [server] host = \"") + bad + '"' + must);
  }
  CHECK(error("server.host = \"a\\u0000b\"") == "c.toml:1: [server] host = \"a\\x00b\"" + must);
}

TEST_CASE("the names of scrapers must be valid and unique") {
  const std::string must = ": a scraper's name must be 1 to 128 letters, digits, _ . : and -";
  CHECK(error("[scrapers]\nnames = [\n\"a\",\n\"a b\"]") == "c.toml:4: [scrapers] names contains \"a b\"" + must);
  CHECK(error("[scrapers]\nnames = [\"\"]") == "c.toml:2: [scrapers] names contains \"\"" + must);
  CHECK(error("scrapers.names = [\"" + std::string(129, 'a') + "\"]").find(must) != std::string::npos);
  CHECK(error("scrapers.names = [\"" + std::string(128, 'a') + "\"]") == "fine");
  CHECK(error("[scrapers]\nnames = [\"a\", \"b\", \"a\"]") ==
        "c.toml:2: [scrapers] names contains \"a\": every name must be there only once");
}

TEST_CASE("networks must be right") {
  CHECK(error("[scrapers]\nallow = [\n  \"::/0\",\n  \"10.0.0.0/33\",\n]") ==
        "c.toml:4: [scrapers] allow contains \"10.0.0.0/33\": the prefix length of an IPv4 network is 0 to 32");
  CHECK(error("[scrapers]\ntrusted_proxies = [\"proxy.example\"]") ==
        "c.toml:2: [scrapers] trusted_proxies contains \"proxy.example\": must be an IP address or a network such "
        "as 10.0.0.0/8 or 2001:db8::/32");
}

TEST_CASE("the path of the event log may be anything that a file can be called") {
  CHECK(good("storage.path = \"/tmp/mit Blanks und ü\"").queue.storage.path == "/tmp/mit Blanks und ü");
  CHECK(error("storage.path = \"a\\u0000b\"") ==
        "c.toml:1: [storage] path = \"a\\x00b\": must be a file name without zero bytes, or empty");
}

TEST_CASE("what is not TOML is an error with its line") {
  CHECK(error("[server]\nport = ").starts_with("c.toml:2: not valid TOML: in a key-value pair: "));
  for (const char* const text :
       {"[server]\nport", "[server]\nhost = \"abc\n", "[server]\nport = 1 2", "[server]\nport = 007",
        "[server]\nport = 99999999999999999999", "[server]\nhost = \"\\q\"", "[server]\nhost = \"\x01\"",
        "[server]\n= 1", "[[ ]]", "[.]", "[[=]]", "[server]\n[server"}) {
    CAPTURE(text);
    const auto message = error(text);
    CAPTURE(message);
    CHECK(message.starts_with("c.toml:"));
    CHECK(message.find(": not valid TOML: ") != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  }
}

TEST_CASE("characters beyond ASCII are refused outside of quotes and comments") {
  CHECK(error("[server]\nhost = é") == "c.toml:2: not valid here: \"é\" may stand only in quotes and comments");
  CHECK(error("[é]") == "c.toml:1: not valid here: \"é\" may stand only in quotes and comments");
  CHECK(error("\n\xFF = 1") == "c.toml:2: not valid here: \"\\xFF\" is not UTF-8");
  CHECK(good("storage.path = 'é' # ü").queue.storage.path == "é");
}

TEST_CASE("control characters are refused in comments") {
  for (const char* const text : {"# \x01", "# \x7F é", "# \ré\n"}) {
    CAPTURE(text);
    CHECK(error(text).starts_with("c.toml:1: not valid TOML: in a comment: "));
  }
}

TEST_CASE("what is not UTF-8 is refused wherever it stands") {
  CHECK(error("storage.path = '\xFF'") == "c.toml:1: not valid here: \"\\xFF\" is not UTF-8");
  CHECK(error("\n# \xC3") == "c.toml:2: not valid here: \"\\xC3\" is not UTF-8");
}

TEST_CASE("characters beyond ASCII reach no part of toml++ that cannot take them") {
  for (const char* const text : {"s = 2.[['\uFDFB', v =", "s = 5\b=[[[\"{:\uFFBE", "s = 2.'é'", "s = 5=[\"é\"]"}) {
    CAPTURE(text);
    CHECK(error(text).starts_with("c.toml:1: not valid "));
  }
  CHECK(error("'é' = 1").starts_with("c.toml:1: é: unknown key"));
  CHECK(error("[server]\n'é' = 1").starts_with("c.toml:2: [server] é: unknown key"));
  CHECK(error("a = 'x' 'é'").starts_with("c.toml:1: not valid TOML: "));
  CHECK(good("storage.path = \"\\u00e9é\uFDFB\U0010FF00\\U0010FF80\\U0010fF00\"").queue.storage.path ==
        "éé\uFDFB\U0010FF00\U0010FF80\U0010FF00");
}

TEST_CASE("any text comes back byte for byte from either kind of quotes") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_text(random);
    CAPTURE(text);
    std::string escaped;  // by the letter: each character as it is, or as an escape
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view character = rest.substr(0, utf8_sequence(rest));
      const bool special = character == "\"" || character == "\\";
      escaped += special ? "\\" + std::string(character) : std::string(character);
      rest.remove_prefix(character.size());
    }
    CHECK(good("# " + text + "\n[storage] # " + text + "\npath = \"" + escaped + "\" # " + text).queue.storage.path ==
          text);
    Settings printed;
    printed.queue.storage.path = text;
    CHECK(good(render_toml(printed)).queue.storage.path == text);
    if (text.find('\'') == std::string::npos) {
      CHECK(good("storage.path = '" + text + '\'').queue.storage.path == text);
    }
  }
}

TEST_CASE("a key or table given twice is an error") {
  CHECK(error("[server]\nport = 1\nport = 2")
            .starts_with("c.toml:3: not valid TOML: in a key-value pair: cannot redefine"));
  const std::string table = error("[server]\nport = 1\n[log]\n[server]\nthreads = 2");
  CHECK(table.starts_with("c.toml:4: not valid TOML: in a table"));
  CHECK(table.ends_with("; line 1 has [server] already: put its keys there"));
}

TEST_CASE("odd keys cannot break the error's one line") {
  CHECK(error("\"a\\nb\" = 1").starts_with("c.toml:1: a\\nb: unknown key; allowed: "));
  CHECK(error("[server]\n\"p\\u001b[31m\" = 1").starts_with("c.toml:2: [server] p\\x1B[31m: unknown key"));
  CHECK(error("[server]\n" + std::string(5000, 'k') + " = 1").size() < 320);
  CHECK(error("[server]\nhost = \"" + std::string(5000, 'v') + '"').size() < 300);
  CHECK(parse_toml("x", "a\nb.toml", Settings{}).error().starts_with("a\\nb.toml:1: "));
}

TEST_CASE("huge and deep files are refused without harm") {
  CHECK(error(std::string(262'144, '#')) == "fine");
  CHECK(error(std::string(262'145, '#')) == "c.toml: larger than 262144 bytes");
  std::string deep = "a";
  for (int i = 0; i < 1000; ++i) deep += ".a";
  CHECK(error(deep + " = 1").starts_with("c.toml:1: [a]: unknown table"));
  CHECK(error("\n" + deep + ".a = 1") == "c.toml:2: not valid here: too many dots outside of quotes");
  CHECK(error("a = " + std::string(100000, '[')).starts_with("c.toml:1: not valid TOML: "));
  CHECK(error("a = " + std::string(100000, '{')).starts_with("c.toml:1: not valid TOML: "));
}

TEST_CASE("a file is read, and its name begins its errors") {
  std::array<char, 32> path{"/tmp/oneshot-config-XXXXXX"};
  const int fd = ::mkstemp(path.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  const std::string name = path.data();
  std::ofstream(name) << "[server]\r\nport = 1\r\n";
  const auto good = load_toml(name, Settings{});
  std::ofstream(name) << "[server]\r\nport = x\r\n";
  const auto bad = load_toml(name, Settings{});
  std::ofstream(name) << std::string(10'000'000, '#');
  const auto large = load_toml(name, Settings{});
  REQUIRE(::unlink(name.c_str()) == 0);
  const auto gone = load_toml(name, Settings{});

  REQUIRE(good);
  CHECK(good->net.port == 1);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().starts_with(name + ":2: not valid TOML: "));
  REQUIRE_FALSE(large);
  CHECK(large.error() == name + ": larger than 262144 bytes");
  REQUIRE_FALSE(gone);
  CHECK(gone.error() == name + ": cannot be read: No such file or directory");
  CHECK(load_toml("/", Settings{}).error() == "/: cannot be read: Is a directory");
}
