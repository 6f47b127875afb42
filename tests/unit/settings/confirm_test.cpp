// SPDX-License-Identifier: MIT
// The sections [confirm.NAME], and what header_file holds.
#include <doctest/doctest.h>

#include <string>

#include "settings/effective.hpp"
#include "settings/key/key.hpp"
#include "settings/reload.hpp"
#include "settings/sources/header_file.hpp"
#include "settings/warnings.hpp"
#include "unit/settings/parsed.hpp"

using namespace oneshot;
using namespace oneshot::settings;

namespace {

using settings::test::error;
using settings::test::good;

const std::string url = "url = \"http://h:9090\"\n";

}  // namespace

TEST_CASE("a section for each scraper, with the defaults for what it leaves out") {
  const Settings settings = good("[confirm.prom-a]\n" + url + "[confirm.\"10.0.0.7\"]\n" + url +
                                 "kind = \"victoriametrics\"\npatience_seconds = 2.5\nunreachable = \"tcp\"\n"
                                 "timeout_seconds = 0.5\nrecheck_seconds = 0\nheader_file = \"/x\"\n");
  REQUIRE(settings.confirm.size() == 2);
  const confirm::Options& first = settings.confirm.at("prom-a");
  CHECK(first.url == "http://h:9090");
  CHECK(first.kind == confirm::Kind::prometheus);
  CHECK(first.timeout == std::chrono::seconds(1));
  CHECK(confirm::patience_of(first) == std::chrono::seconds(2));
  CHECK(first.recheck == std::chrono::seconds(120));
  CHECK(first.unreachable == confirm::Unreachable::wait);
  const confirm::Options& second = settings.confirm.at("10.0.0.7");
  CHECK(second.kind == confirm::Kind::victoriametrics);
  CHECK(confirm::patience_of(second) == std::chrono::milliseconds(2500));
  CHECK(second.unreachable == confirm::Unreachable::tcp);
  CHECK(second.header_file == "/x");
  CHECK(confirm::patience_of(good("[confirm.v]\n" + url + "kind = \"victoriametrics\"\n").confirm.at("v")) ==
        std::chrono::seconds(8));
}

TEST_CASE("what is wrong with a section is said with its name and line") {
  CHECK(error("[confirm.a]\nulr = \"http://h\"\n" + url) ==
        "c.toml:2: [confirm.a] ulr: unknown key; did you mean \"url\"?");
  CHECK(error("[confirm.a]\n" + url + "whatever = 1\n") ==
        "c.toml:3: [confirm.a] whatever: unknown key; allowed: url, kind, header_file, timeout_seconds, "
        "patience_seconds, recheck_seconds, unreachable");
  CHECK(error("[confirm.a]\nkind = \"thanos\"\n" + url) ==
        "c.toml:2: [confirm.a] kind = \"thanos\": must be \"prometheus\" or \"victoriametrics\"");
  CHECK(error("[confirm.a]\ntimeout_seconds = 0\n" + url) ==
        "c.toml:2: [confirm.a] timeout_seconds = 0: must be a number of seconds from 0.1 to 60");
  CHECK(error("\n[confirm.a]\nkind = \"prometheus\"\n") ==
        "c.toml:2: [confirm.a]: needs a url, that of the scraper's API: url = \"http://HOST:PORT\"");
  CHECK(error("[confirm.a]\nurl = \"https://h\"\n")
            .starts_with("c.toml:2: [confirm.a] url = \"https://h\": must begin "
                         "with http://: this server does not speak TLS"));
  CHECK(error("[confirm.a]\nurl = 1\n") == "c.toml:2: [confirm.a] url = 1: must be a text in quotes");
  CHECK(error("[confirm.\"a b\"]\n" + url).starts_with("c.toml:1: [confirm.a b]: a scraper's name must be"));
  CHECK(error("[confirm]\n" + url) ==
        "c.toml:2: [confirm] url: must be in a table that names the scraper, [confirm.NAME]");
  CHECK(error("confirm = 1\n") == "c.toml:1: confirm = 1: must be a table for each scraper, [confirm.NAME]");
  CHECK(error("[[confirm]]\n" + url).find("must be a table for each scraper") != std::string::npos);
  CHECK(error("[confrim.a]\n" + url) == "c.toml:1: [confrim]: unknown table; did you mean [confirm]?");
}

TEST_CASE("a name with dots but without quotes is named with them") {
  CHECK(error("[confirm.10.0.0.7]\n" + url) ==
        "c.toml:1: [confirm.10.0.0.7]: a name with a dot must be in quotes: [confirm.\"10.0.0.7\"]");
  CHECK(error("[confirm.10.0.0.7]\n" + url + "[confirm.10.0.0.8]\n" + url) ==
        "c.toml:1: [confirm.10.0.0.7]: a name with a dot must be in quotes: [confirm.\"10.0.0.7\"]\n"
        "c.toml:3: [confirm.10.0.0.8]: a name with a dot must be in quotes: [confirm.\"10.0.0.8\"]");
  CHECK(error("[clients.build.eu]\nlabels = { a = \"b\" }\n") ==
        "c.toml:1: [clients.build.eu]: a name with a dot must be in quotes: [clients.\"build.eu\"]");
  CHECK(error("[metrics.a.b]\n").starts_with("c.toml:1: [metrics.a.b]: must be a metric name"));
  CHECK(error("[confirm.a]\n" + url + "[confirm.a.b]\n").starts_with("c.toml:3: [confirm.a] b: unknown key"));
}

TEST_CASE("a URL has no password, which no message repeats") {
  CHECK(error("[confirm.a]\nurl = \"http://bob:geheim@p:9090\"\n") ==
        "c.toml:2: [confirm.a] url = \"http://***@p:9090\": must have no name or password in the URL: write it into "
        "header_file, as Authorization: Basic ...");
  for (const char* const text : {"http://geheim@p:9090", "https://bob:geheim@p", "bob:geheim@p:9090",
                                 "http://bob:ge/geheim@p:9090", "http://bob:x@geheim@p:9090"})
    CHECK(error("[confirm.a]\nurl = \"" + std::string(text) + "\"\n").find("geheim") == std::string::npos);
  CHECK(error("[server]\nhost = \"http://bob:geheim@p:9090\"\n").find("geheim") == std::string::npos);
  CHECK(good("[confirm.a]\nurl = \"http://p:9090/a@b\"\n").confirm.at("a").url == "http://p:9090/a@b");
}

TEST_CASE("a URL ends before what the server asks for there") {
  for (const char* const path : {"/api/v1/query", "/api/v1/query_range", "/api/v1/export", "/api/v1", "/api/v1/"})
    CHECK(error("[confirm.a]\nurl = \"http://p:9090/x" + std::string(path) + "\"\n") ==
          "c.toml:2: [confirm.a] url = \"http://p:9090/x" + std::string(path) + "\": must be the URL without " + path +
              ": write \"http://p:9090/x\"");
  CHECK(error("[confirm.a]\nurl = \"http://p/api/v1/query?query=up\"\n").find("write \"http://p\"") !=
        std::string::npos);
}

TEST_CASE("the sections are printed as they are read, names quoted where TOML wants it") {
  const Settings settings = good("[confirm.prom-a]\n" + url + "[confirm.\"2001:db8::1\"]\n" + url);
  const std::string text = render_toml(settings);
  CHECK(text.find("\n\n[confirm.prom-a]\nurl = \"http://h:9090\"\nkind = \"prometheus\"\nheader_file = \"\"\n"
                  "timeout_seconds = 1\npatience_seconds = 0\nrecheck_seconds = 120\nunreachable = \"wait\"\n") !=
        std::string::npos);
  CHECK(text.find("[confirm.\"2001:db8::1\"]\n") != std::string::npos);
  CHECK(good(text).confirm == settings.confirm);
}

TEST_CASE("a reload says what has changed in which section") {
  const Settings before = good("[confirm.a]\n" + url + "[confirm.b]\n" + url);
  Settings now = good("[confirm.a]\n" + url + "timeout_seconds = 2\n[confirm.c]\n" + url);
  CHECK(reload(before, now).changed == std::vector<std::string>{"confirm.b", "confirm.a.timeout_seconds", "confirm.c"});
  CHECK(reload(before, now).settings.confirm == now.confirm);
  Settings other = before;
  other.confirm.at("a").headers = {{"Authorization", "geheim"}};
  CHECK(reload(before, other).changed == std::vector<std::string>{"what confirm.a.header_file holds"});
}

TEST_CASE("headers are read line by line") {
  const auto headers = parse_headers("# a comment\n\nAuthorization: Bearer a:b \r\n  \nX-Scope-OrgID:7", "h");
  REQUIRE(headers);
  CHECK(*headers == Headers{{"Authorization", "Bearer a:b"}, {"X-Scope-OrgID", "7"}});
  CHECK(parse_headers("", "h")->empty());
}

TEST_CASE("a bad line is named by file, line and header, and never by its value") {
  const auto fault = [](std::string_view text) {
    const auto headers = parse_headers(text, "h");
    REQUIRE(!headers);
    CHECK(headers.error().find("geheim") == std::string::npos);
    return headers.error();
  };
  CHECK(fault("\ngeheim") == "h:2: must be NAME: VALUE, such as Authorization: Bearer TOKEN");
  CHECK(fault("two words: geheim") == "h:1: must be NAME: VALUE, such as Authorization: Bearer TOKEN");
  CHECK(fault(": geheim") == "h:1: must be NAME: VALUE, such as Authorization: Bearer TOKEN");
  CHECK(fault(" X: geheim") == "h:1: must be NAME: VALUE, such as Authorization: Bearer TOKEN");
  CHECK(fault("X-Token:") == "h:1: X-Token has no value");
  CHECK(fault("X-Token: geheim\x01") == "h:1: the value of X-Token has a control character");
  for (const std::string name : {"Host", "connection", "Content-Length", "accept-encoding", "Transfer-Encoding"})
    CHECK(fault(name + ": geheim") == "h:1: " + name + " cannot be set: the server writes it itself");
}

TEST_CASE("a header file that cannot be read") {
  CHECK(read_header_file("/no/such/file").error() == "/no/such/file: cannot be read: No such file or directory");
  CHECK(read_header_file("/").error() == "/: must be a file");
  CHECK(read_header_file("/dev/zero").error() == "/dev/zero: must be a file");
}

TEST_CASE("a section whose scraper is not among the names is warned of") {
  const std::string names = "scrapers.names = [\"prom-a\", \"prom-b\"]\n";
  CHECK(warnings(good("[confirm.prom-x]\n" + url)).empty());
  CHECK(warnings(good(names + "[confirm.prom-b]\n" + url)).empty());
  const auto near = warnings(good(names + "[confirm.prom-c]\n" + url));
  REQUIRE(near.size() == 1);
  CHECK(near[0] ==
        "[confirm.prom-c]: scrapers.names does not have this name; did you mean [confirm.prom-a]? Else add it there. "
        "Unless a scraper comes that calls itself so, the section does nothing");
  const auto far = warnings(good("scrapers.max = 0\n" + names + "[confirm.thanos]\n" + url));
  REQUIRE(far.size() == 1);
  CHECK(far[0] ==
        "[confirm.thanos]: scrapers.names does not have this name: add it there. With scrapers.max = 0 nobody else may "
        "scrape, so the section does nothing");
}

TEST_CASE("a folder of the event log that is not there is warned of where the config is checked") {
  const auto path = [](const std::string& text) {
    return warnings_about_here(good("storage.path = \"" + text + "\""));
  };
  CHECK(path("").empty());
  CHECK(path("events.log").empty());
  CHECK(path("/tmp/events.log").empty());
  const auto missing = path("/nonexist/a/events.log");
  REQUIRE(missing.size() == 1);
  CHECK(missing[0] ==
        "storage.path = \"/nonexist/a/events.log\": there is no folder /nonexist/a here: make it before the start, "
        "owned by the user who runs the server");
}
