// SPDX-License-Identifier: MIT
// The sections [metrics.NAME], and the counters.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "settings/check_together.hpp"
#include "settings/effective.hpp"
#include "settings/reload.hpp"
#include "unit/settings/parsed.hpp"

using namespace oneshot;
using namespace oneshot::settings;

namespace {

using settings::test::error;
using settings::test::good;

std::string together(const std::string& text) {
  const auto checked = check_together(good(text));
  return checked ? "none" : checked.error();
}

std::vector<std::string> names(const Settings& settings) {
  std::vector<std::string> all;
  for (const auto& [name, metric] : settings.app.metrics) all.push_back(name);
  return all;
}

}  // namespace

TEST_CASE("metrics are in the order of the file, with the defaults for what a section leaves out") {
  const Settings settings = good(
      "[metrics.web]\nhelp = \"How \\\"it\\\" went\"\nrepeats = \"sum\"\ncounter_labels = [\"type\", \"a\"]\n"
      "[metrics.deploys]\n[metrics.\"a:b\"]\n");
  CHECK(names(settings) == std::vector<std::string>{"web", "deploys", "a:b"});
  const app::MetricOptions& first = settings.app.metrics[0].second;
  CHECK(first.help == "How \"it\" went");
  CHECK(first.repeats == event::Repeats::sum);
  CHECK(first.counter_labels == std::vector<std::string>{"type", "a"});
  CHECK(settings.app.metrics[1].second == app::MetricOptions{});
}

TEST_CASE("what is wrong with a metric is said with its name and line") {
  CHECK(error("[metrics.x]\nhlep = \"\"\n") == "c.toml:2: [metrics.x] hlep: unknown key; did you mean \"help\"?");
  CHECK(error("[metrics.x]\nzzz = 1\n") ==
        "c.toml:2: [metrics.x] zzz: unknown key; allowed: help, repeats, counter_labels");
  CHECK(error("[metrics.x]\nrepeats = \"max\"\n") ==
        "c.toml:2: [metrics.x] repeats = \"max\": must be \"\", \"count\", \"last\" or \"sum\"");
  CHECK(error("[metrics.x]\nhelp = \"a\\nb\"\n") ==
        "c.toml:2: [metrics.x] help = \"a\\nb\": must be one line of at most 1000 bytes");
  CHECK(error("\n[metrics.\"9x\"]\n") ==
        "c.toml:2: [metrics.9x]: must be a metric name: 1 to 200 letters, digits, _ and :, the first one no digit");
  CHECK(
      error("[metrics.oneshot_x]\n").starts_with("c.toml:1: [metrics.oneshot_x]: must not be one of the server's own"));
  CHECK(error("[metrics]\nhelp = \"\"\n") ==
        "c.toml:2: [metrics] help: must be in a table that names the metric, [metrics.NAME]");
  CHECK(error("[metrcis.x]\n") == "c.toml:1: [metrcis]: unknown table; did you mean [metrics]?");
  for (const std::string suffix : {"total", "count", "sum", "bucket", "created", "info"}) {
    CHECK(error("[metrics.x_" + suffix + "]\n")
              .starts_with("c.toml:1: [metrics.x_" + suffix + "]: must not end in _total"));
  }
}

TEST_CASE("labels of a counter are at most eight, each once, and labels") {
  CHECK(error("[events]\ncounter_labels = [\"a\", \"a\"]\n") ==
        "c.toml:2: [events] counter_labels contains \"a\": every label must be there only once");
  CHECK(error("[events]\ncounter_labels = [\"a-b\"]\n") ==
        "c.toml:2: [events] counter_labels contains \"a-b\": must be a label name: letters, digits and _, the first "
        "one no "
        "digit, not beginning with __");
  CHECK(error("[events]\ncounter_labels = [\"__a\"]\n").find("must be a label name") != std::string::npos);
  CHECK(good("[events]\ncounter_labels = [\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\"]\n")
            .app.counter_labels.size() == 8);
  CHECK(error("[metrics.x]\ncounter_labels = [\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]\n") ==
        "c.toml:2: [metrics.x] counter_labels contains \"i\": there may be 8 labels at most");
}

TEST_CASE("how many series counters may have is a whole number in its range") {
  CHECK(good("[events]\ncounter_series = 0\n").app.counter_series == 0);
  CHECK(good("[events]\ncounter_series = 100000\n").app.counter_series == 100'000);
  for (const char* const bad : {"-1", "100001", "1.5"}) {
    CHECK(error(std::string("[events]\ncounter_series = ") + bad + "\n") ==
          std::string("c.toml:2: [events] counter_series = ") + bad + ": must be a whole number from 0 to 100000");
  }
}

TEST_CASE("no two families get one name") {
  CHECK(together("[metrics.a]\n[metrics.b]\n") == "none");
  CHECK(together("[events]\nmetric = \"a\"\n[metrics.a]\n") ==
        "[metrics.a]: events.metric is called so: choose another name");
  CHECK(together("[metrics.a]\ncounter_labels = [\"x\"]\n[metrics.a_events]\n") ==
        "[metrics.a_events]: is the name of the counter of [metrics.a]");
  CHECK(together("[metrics.a]\n[metrics.a_events]\n") == "none");
  CHECK(together("[events]\nmetric = \"a\"\ncounter_labels = [\"x\"]\n[metrics.a_events]\n") ==
        "[metrics.a_events]: is the name of the counter of events.metric");
  CHECK(together("[events]\nmetric = \"a_events_total\"\n[metrics.a]\ncounter_labels = [\"x\"]\n") ==
        "events.metric = \"a_events_total\": is the name of the counter of [metrics.a]");
}

TEST_CASE("metrics are printed as they are read") {
  const Settings settings = good("[metrics.web]\nrepeats = \"last\"\n[metrics.\"a:b\"]\n");
  const std::string text = render_toml(settings);
  CHECK(text.find("\n\n[metrics.web]\nhelp = \"\"\nrepeats = \"last\"\ncounter_labels = []\n\n[metrics.\"a:b\"]\n") !=
        std::string::npos);
  CHECK(good(text).app.metrics == settings.app.metrics);
}

TEST_CASE("a reload says what has changed in which metric") {
  const Settings before = good("[metrics.b]\n[metrics.a]\n");
  const Settings now = good("[metrics.a]\nhelp = \"x\"\n[metrics.c]\n");
  CHECK(reload(before, now).changed == std::vector<std::string>{"metrics.b", "metrics.a.help", "metrics.c"});
  CHECK(reload(before, now).settings.app.metrics == now.app.metrics);
}
