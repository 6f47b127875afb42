// SPDX-License-Identifier: MIT
#include "settings/sources/command_line.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

using namespace oneshot;
using namespace oneshot::settings;

namespace {

Result<CommandLine> parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv = {"oneshot-metrics-server"};
  argv.insert(argv.end(), arguments);
  const int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  return parse_command_line(argc, argv.data());
}

std::string error(std::initializer_list<const char*> arguments) {
  const auto result = parse(arguments);
  return result ? "fine" : result.error();
}

/// The defaults with what the command line sets.
Settings settings_of(const CommandLine& line) {
  Settings settings;
  for (const Override& given : line.overrides) REQUIRE(given.key->set(settings, given.value).has_value());
  return settings;
}

}  // namespace

TEST_CASE("no options leave everything unset") {
  const auto line = parse({});
  REQUIRE(line);
  CHECK_FALSE(line->config_file);
  CHECK(line->overrides.empty());
  CHECK_FALSE(line->check_config);
  CHECK_FALSE(line->print_config);
  CHECK_FALSE(line->version);
  CHECK_FALSE(line->help);
}

TEST_CASE("options take their value from the next argument or after an equals sign") {
  for (const auto& line : {parse({"--config", "a.toml", "--host", "::1", "--port", "0", "--log-level", "DEBUG"}),
                           parse({"--log-level=debug", "--port=0", "--host=::1", "--config=a.toml"})}) {
    REQUIRE(line);
    CHECK(line->config_file == "a.toml");
    CHECK(line->overrides.size() == 3);
    CHECK(settings_of(*line).net.host == "::1");
    CHECK(settings_of(*line).net.port == 0);
    CHECK(settings_of(*line).log_level == log::Level::debug);
  }
}

TEST_CASE("switches are switched on") {
  CHECK(parse({"--check-config"})->check_config);
  CHECK(parse({"--print-config"})->print_config);
  CHECK(parse({"--version"})->version);
  CHECK(parse({"--help"})->help);
}

TEST_CASE("of an option given twice the last counts") {
  CHECK(settings_of(*parse({"--port", "1", "--port", "2"})).net.port == 2);
  CHECK(parse({"--config=a", "--config", "b"})->config_file == "b");
}

TEST_CASE("a value may look like an option or contain an equals sign") {
  CHECK(parse({"--config", "--port"})->config_file == "--port");
  CHECK(parse({"--config=a=b"})->config_file == "a=b");
  CHECK(parse({"--config", "--"})->config_file == "--");
}

TEST_CASE("an unknown option is an error that names the nearest one") {
  CHECK(error({"--prot", "80"}) == "--prot: unknown option; did you mean \"--port\"?");
  CHECK(error({"--prot=80"}) == "--prot: unknown option; did you mean \"--port\"?");
  CHECK(error({"--log_level", "info"}) == "--log_level: unknown option; did you mean \"--log-level\"?");
  CHECK(error({"--threads", "2"}) == "--threads: unknown option; --help shows them all");
  CHECK(error({"--por", "80"}) == "--por: unknown option; did you mean \"--port\"?");
  CHECK(error({"--p=80"}).starts_with("--p: unknown option"));
  CHECK(error({"-p", "80"}) == "-p: unknown option; --help shows them all");
  CHECK(error({"--port", "1", "-xyz"}) == "-x: unknown option; --help shows them all");
  CHECK(error({"--\n\xFF"}) == "--\\n\\xFF: unknown option; --help shows them all");
}

TEST_CASE("an option without its value, or with one too many, is an error") {
  CHECK(error({"--port"}) == "--port: needs a value");
  CHECK(error({"--host", "::", "--config"}) == "--config: needs a value");
  CHECK(error({"--help=yes"}) == "--help: takes no value");
}

TEST_CASE("arguments without an option are an error") {
  CHECK(error({"start"}) == "\"start\": only options are expected; --help shows them all");
  CHECK(error({"--port", "1", "--", "--help"}) == "\"--help\": only options are expected; --help shows them all");
  CHECK(error({"--"}) == "fine");
  CHECK(error({"--port", "1", "--"}) == "fine");
  CHECK(error({"-"}) == "\"-\": only options are expected; --help shows them all");
  CHECK(error({""}) == "\"\": only options are expected; --help shows them all");
}

TEST_CASE("short options and those of Prometheus stand for the long ones") {
  CHECK(parse({"-h"})->help);
  CHECK(parse({"-V"})->version);
  const auto in_effect = [](std::initializer_list<const char*> arguments) {
    const auto line = parse(arguments);
    REQUIRE(line);
    Settings settings;
    for (const Override& one : line->overrides) REQUIRE(one.key->set(settings, one.value));
    return settings;
  };
  CHECK(in_effect({"--web.listen-address", ":9000"}).net.port == 9000);
  CHECK(in_effect({"--web.listen-address", ":9000"}).net.host == "::");
  CHECK(in_effect({"--web.listen-address=127.0.0.1:0"}).net.host == "127.0.0.1");
  CHECK(in_effect({"--web.listen-address", "[::1]:9000"}).net.host == "::1");
  CHECK(in_effect({"--log.level", "warning"}).log_level == log::Level::warn);
  CHECK(in_effect({"--log-format", "JSON"}).log_format == log::Format::json);
  CHECK(in_effect({"--log.format=json"}).log_format == log::Format::json);
  CHECK(error({"--web.listen-address", "9000"})
            .starts_with("--web.listen-address \"9000\": must be an address and a port"));
  CHECK(error({"--log.format", "xml"}) == "--log-format \"xml\": must be \"logfmt\" or \"json\"");
}

TEST_CASE("a bad value is an error that says what is allowed") {
  CHECK(error({"--port", "70000"}) == "--port 70000: must be a whole number from 0 to 65535");
  CHECK(error({"--port", "80x"}) == "--port \"80x\": must be a whole number from 0 to 65535");
  CHECK(error({"--port="}) == "--port \"\": must be a whole number from 0 to 65535");
  CHECK(error({"--port", "-1"}) == "--port -1: must be a whole number from 0 to 65535");
  CHECK(error({"--log-level", "Loud"}) ==
        "--log-level \"Loud\": must be \"error\", \"warn\", \"warning\", \"info\" or \"debug\"");
  CHECK(error({"--log-level", "5"}) ==
        "--log-level \"5\": must be \"error\", \"warn\", \"warning\", \"info\" or \"debug\"");
  CHECK(error({"--host=a=b"}).starts_with("--host \"a=b\": must be an IP address"));
  CHECK(error({"--host", ""}) ==
        "--host \"\": must be an IP address such as \"::\" or \"127.0.0.1\", or a host name, "
        "without a port");
  for (const char* const host : {"a:b", "localhost:8090", "127.0.0.1:8090", "[::1]", ":8090"})
    CHECK(error({"--host", host}).find("without a port") != std::string::npos);
  CHECK(error({"--host", "fe80::1%eth0"}) == "fine");
  CHECK(error({"--config", ""}) == "--config \"\": must be the name of a file");
}

TEST_CASE("the help names every option") {
  for (const char* const option : {"--config FILE", "--host ADDR", "--port N", "--log-level L", "--check-config",
                                   "--print-config", "--version", "--help"}) {
    CAPTURE(option);
    CHECK(help_text().find(option) != std::string_view::npos);
  }
}
