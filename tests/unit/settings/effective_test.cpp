// SPDX-License-Identifier: MIT
#include "settings/effective.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "settings/key/key.hpp"
#include "settings/key/named_sections.hpp"
#include "settings/sources/load_toml.hpp"

using namespace oneshot;
using namespace oneshot::settings;

namespace {

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

const std::string example = ONESHOT_SOURCE_DIR "/config/oneshot-metrics-server.toml";
const std::string folder = ONESHOT_SOURCE_DIR "/tests/unit/settings";
const std::string sample = folder + "/sample.toml";

/// Every key other than by default, those of [cluster] included, which no start would take beside the others.
Result<Settings> different_everywhere() {
  auto loaded = load_toml(sample, Settings{});
  return loaded ? load_toml(folder + "/sample_cluster.toml", *loaded) : std::move(loaded);
}

}  // namespace

TEST_CASE("the example file has every key, each with its default") {
  const auto loaded = load_toml(example, Settings{});
  INFO((loaded ? std::string() : loaded.error()));
  REQUIRE(loaded);
  CHECK(render_toml(*loaded) == render_toml(Settings{}));

  // Loaded over settings that differ everywhere it must win everywhere: so no key is missing in it.
  auto other = different_everywhere();
  INFO((other ? std::string() : other.error()));
  REQUIRE(other);
  for (const Key& key : keys()) {
    CAPTURE(key.name);
    if (key.section == "cluster" && key.name == "servers") continue;  // not beside storage.path
    CHECK(key.toml(*other) != key.toml(Settings{}));
  }
  const auto over = load_toml(example, *other);
  REQUIRE(over);
  CHECK(render_toml(*over) == render_toml(Settings{}));
}

TEST_CASE("the example file shows every key of a hook, with its default, and one preset") {
  std::ifstream file(example);
  std::string text;
  for (std::string line; std::getline(file, line);) text += line + '\n';
  Settings settings;
  settings.webhooks["x"] = {};
  for (const NamedKey& key : find_named_sections("webhooks")->keys) {
    CAPTURE(key.name);
    const std::string value = key.name == "preset" ? "\"alertmanager\"" : key.toml(settings, "x");
    CHECK(text.find("\n#" + std::string(key.name) + " = " + value + '\n') != std::string::npos);
  }
}

TEST_CASE("the example file shows every key of the sections with a free name, with its default") {
  std::ifstream file(example);
  std::string text;
  for (std::string line; std::getline(file, line); text += line + '\n') {
    const bool shown = line.starts_with("#[") || (line.starts_with('#') && !line.starts_with("# ") && line != "#");
    if (shown) line.erase(0, 1);
  }
  auto loaded = parse_toml(text, "example", Settings{});
  INFO((loaded ? std::string() : loaded.error()));
  REQUIRE(loaded);
  for (const NamedSections& sections : named_sections()) {
    CAPTURE(sections.kind);
    if (sections.kind == "webhooks") continue;  // has a preset there, which sets other keys
    REQUIRE(sections.titles(*loaded).size() == 1);
    const std::string title = sections.titles(*loaded).front();
    Settings defaults;
    sections.add(defaults, title);
    for (const NamedKey& key : sections.keys) {
      CAPTURE(key.name);
      const std::string value = key.toml(key.name == sections.required.name ? *loaded : defaults, title);
      CHECK(text.find('\n' + std::string(key.name) + " = " + value + '\n') != std::string::npos);
      CHECK(key.toml(*loaded, title) == value);
    }
  }
}

TEST_CASE("printed settings load back as the same") {
  for (const Settings& settings : {Settings{}, different_everywhere().value()}) {
    const auto text = render_toml(settings);
    const auto again = parse_toml(text, "printed", Settings{});
    INFO((again ? text : again.error()));
    REQUIRE(again);
    CHECK(render_toml(*again) == text);
  }
}

TEST_CASE("settings are printed by section, in plain TOML") {
  Settings settings = load_toml(sample, Settings{}).value();
  settings.queue.storage.path = "a \"b\" \\ \x01 ü";
  settings.queue.forget_after = std::chrono::seconds(100000);
  const auto text = render_toml(settings);
  CHECK(text.starts_with("[server]\nhost = \"127.0.0.1\"\nport = 9999\n"));
  CHECK(text.find("\nheader_timeout_seconds = 0.25\nidle_timeout_seconds = 60.05\n") != std::string::npos);
  CHECK(text.find("\n\n[events]\nmetric = ") != std::string::npos);
  CHECK(text.find("\nforget_after_seconds = 100000\n") != std::string::npos);
  CHECK(text.find("\nnames = [\"a\", \"b\"]\n") != std::string::npos);
  CHECK(text.find("\npath = \"a \\\"b\\\" \\\\ \\u0001 ü\"\n") != std::string::npos);
  CHECK(text.ends_with("\n[log]\nlevel = \"error\"\nformat = \"json\"\n"));
  CHECK(parse_toml(text, "printed", Settings{}).value().queue.storage.path == settings.queue.storage.path);
}

TEST_CASE("without a config file, variables and options the defaults are in effect") {
  const auto settings = load({}, with({}));
  REQUIRE(settings);
  CHECK(render_toml(*settings) == render_toml(Settings{}));
}

TEST_CASE("the command line goes before the environment, that before the file") {
  CommandLine line;
  line.config_file = sample;
  const Override no_web_config{find_key("server", "web_config_file"), {std::string()}};
  if (!ONESHOT_WITH_TLS) line.overrides = {no_web_config};
  const std::pair<const std::string, std::string> credentials{"CREDENTIALS_DIRECTORY", folder};
  {
    const auto settings = load(line, with({credentials}));
    REQUIRE(settings);
    CHECK(settings->app.requests.burst == (ONESHOT_WITH_TLS ? 5 : 0));  // of the web config there
    CHECK(settings->net.host == "127.0.0.1");
    CHECK(settings->net.port == 9999);
    CHECK(settings->queue.explicit_timestamps);
    CHECK(settings->log_level == log::Level::error);
  }
  const auto environment =
      with({credentials, {"PORT", "1111"}, {"USE_EXPLICIT_TIMESTAMPS", "FALSE"}, {"LOG_LEVEL", "Debug"}});
  {
    const auto settings = load(line, environment);
    REQUIRE(settings);
    CHECK(settings->net.port == 1111);
    CHECK_FALSE(settings->queue.explicit_timestamps);
    CHECK(settings->log_level == log::Level::debug);
    CHECK(settings->net.threads == 3);  // of the file still
  }
  line.overrides = {{find_key("server", "host"), {std::string("::1")}},
                    {find_key("server", "port"), {std::int64_t{2222}}},
                    {find_key("log", "level"), {std::string("warn")}}};
  if (!ONESHOT_WITH_TLS) line.overrides.push_back(no_web_config);
  {
    const auto settings = load(line, environment);
    REQUIRE(settings);
    CHECK(settings->net.host == "::1");
    CHECK(settings->net.port == 2222);
    CHECK(settings->log_level == log::Level::warn);
    CHECK_FALSE(settings->queue.explicit_timestamps);
  }
}

TEST_CASE("an empty variable counts as unset") {
  const auto settings = load({}, with({{"PORT", ""}, {"USE_EXPLICIT_TIMESTAMPS", ""}, {"LOG_LEVEL", ""}}));
  REQUIRE(settings);
  CHECK(render_toml(*settings) == render_toml(Settings{}));
}

TEST_CASE("a bad variable is an error that names it") {
  const auto error = [](const char* name, const char* value) {
    const auto settings = load({}, with({{name, value}}));
    return settings ? "fine" : settings.error();
  };
  CHECK(error("PORT", "65536") == "environment variable PORT = \"65536\": must be a whole number from 0 to 65535");
  CHECK(error("PORT", "80\n") == "environment variable PORT = \"80\\n\": must be a whole number from 0 to 65535");
  for (const char* const bad : {"-1", " 80", "80.0", "0x50", "tcp://10.0.0.1:80", "99999999999999999999", "+80"}) {
    CAPTURE(bad);
    CHECK(error("PORT", bad) != "fine");
  }
  CHECK(error("USE_EXPLICIT_TIMESTAMPS", "1") ==
        "environment variable USE_EXPLICIT_TIMESTAMPS = \"1\": must be true or false");
  CHECK(error("USE_EXPLICIT_TIMESTAMPS", "True") == "fine");
  CHECK(error("LOG_LEVEL", "warning") == "fine");
  CHECK(error("LOG_LEVEL", "warned") ==
        "environment variable LOG_LEVEL = \"warned\": must be \"error\", \"warn\", \"warning\", \"info\" or "
        "\"debug\"");
  CHECK(error("LOG_LEVEL", "WARN") == "fine");
}

TEST_CASE("each bad variable is a line of the error") {
  const auto settings = load({}, with({{"PORT", "x"}, {"ONESHOT__EVENTS__MAX_LABELS", "y"}, {"LOG_LEVEL", "info"}}));
  REQUIRE_FALSE(settings.has_value());
  CHECK(settings.error().starts_with("environment variable PORT = \"x\": must be"));
  CHECK(settings.error().find("\nenvironment variable ONESHOT__EVENTS__MAX_LABELS = \"y\": must be") !=
        std::string::npos);
  CHECK(unknown_variables({"HOME", "ONESHOT__A__B", "PORT", "ONESHOT__C__D"})
            .find("\nenvironment variable ONESHOT__C__D") != std::string::npos);
}

TEST_CASE("the variables that count are named") {
  CHECK(used_variables(with({{"PORT", "1"}, {"ONESHOT__EVENTS__MAX_LABELS", "y"}, {"LOG_LEVEL", ""}, {"HOME", "/"}})) ==
        std::vector<std::string>{"PORT", "ONESHOT__EVENTS__MAX_LABELS"});
}

TEST_CASE("a variable is checked even where the command line decides") {
  CommandLine line;
  line.overrides = {{find_key("server", "port"), {std::int64_t{1}}}};
  CHECK_FALSE(load(line, with({{"PORT", "x"}})).has_value());
}

TEST_CASE("a bad or missing file is an error") {
  CommandLine line;
  line.config_file = "/nonexistent/c.toml";
  CHECK(load(line, with({})).error() == "/nonexistent/c.toml: cannot be read: No such file or directory");
  line.config_file = "nonexistent/c.toml";
  CHECK(load(line, with({})).error() == "nonexistent/c.toml (" + std::filesystem::current_path().string() +
                                            "/nonexistent/c.toml): cannot be read: No such file or directory");
}

TEST_CASE("the process's own variables are asked") {
  const auto environment = process_environment();
  CHECK(environment("PATH").has_value());
  CHECK_FALSE(environment("ONESHOT_NO_SUCH_VARIABLE").has_value());
}
