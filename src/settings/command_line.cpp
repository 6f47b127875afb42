// SPDX-License-Identifier: MIT
#include "settings/command_line.hpp"

#include <getopt.h>

#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "settings/key.hpp"
#include "settings/nearest.hpp"

namespace oneshot::settings {

namespace {

// Above all characters, so that none of them is the short form of an option.
enum Option { config = 256, host, port, log_level, check_config, print_config, version, help };

constexpr std::array<option, 9> options = {{
    {"config", required_argument, nullptr, config},
    {"host", required_argument, nullptr, host},
    {"port", required_argument, nullptr, port},
    {"log-level", required_argument, nullptr, log_level},
    {"check-config", no_argument, nullptr, check_config},
    {"print-config", no_argument, nullptr, print_config},
    {"version", no_argument, nullptr, version},
    {"help", no_argument, nullptr, help},
    {nullptr, 0, nullptr, 0},
}};

Unexpected<std::string> unknown_option(std::string_view argument) {
  argument = argument.substr(0, argument.find('='));
  std::vector<std::string> names;
  for (const option& known : options) {
    if (known.name != nullptr) names.push_back("--" + std::string(known.name));
  }
  std::string error = printable(argument) + ": unknown option";
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  if (const auto near = nearest(argument, candidates); !near.empty()) {
    error += "; did you mean \"" + std::string(near) + "\"?";
  } else {
    error += "; --help shows them all";
  }
  return Unexpected{std::move(error)};
}

std::string name_of(int value) {
  for (const option& known : options) {
    if (known.name != nullptr && known.val == value) return "--" + std::string(known.name);
  }
  return {};
}

/// Has the key of the config file judge the value; its complaint as one line that shows what was typed.
std::optional<std::string> take(Settings& settings, std::string_view option_name, const Key& key, const Value& value,
                                const Value& typed) {
  const auto taken = key.set(settings, value);
  if (taken) return std::nullopt;
  return std::string(option_name) + ' ' + describe(typed) + ": " + taken.error().must;
}
std::optional<std::string> take(Settings& settings, std::string_view option_name, const Key& key, const Value& value) {
  return take(settings, option_name, key, value, value);
}

/// getopt takes any beginning of a name for the name; a misspelt option must not pass for another one.
const char* find_abbreviation(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--") || argument == "--") return nullptr;  // getopt has the rest
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(2, equals - 2);
    const option* found = nullptr;
    for (const option& known : options) {
      if (known.name != nullptr && name == known.name) found = &known;
    }
    if (found == nullptr) return argv[i];
    if (found->has_arg == required_argument && equals == std::string_view::npos) ++i;
  }
  return nullptr;
}

}  // namespace

Result<CommandLine> parse_command_line(int argc, const char* const* argv) {
  if (const char* const argument = find_abbreviation(argc, argv)) return unknown_option(argument);
  CommandLine result;
  Settings scratch;
  // getopt moves nothing about with "+", so the arguments stay as they are. ":" tells a missing value apart.
  auto* const arguments = const_cast<char* const*>(argv);
  ::opterr = 0;
  ::optind = 0;  // glibc: start anew
  for (;;) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): said in the header
    const int found = ::getopt_long(argc, arguments, "+:", options.data(), nullptr);
    if (found == -1) break;
    const std::string argument = ::optind > 0 && ::optind <= argc ? argv[::optind - 1] : "";
    std::optional<std::string> error;
    switch (found) {
      case config:
        if (*::optarg == '\0') error = "--config \"\": must be the name of a file";
        result.config_file = ::optarg;
        break;
      case host:
        error = take(scratch, "--host", *find_key("server", "host"), {std::string(::optarg)});
        result.host = scratch.net.host;
        break;
      case port:
        error = take(scratch, "--port", *find_key("server", "port"), whole_number_or_text(::optarg));
        result.port = scratch.net.port;
        break;
      case log_level:
        error = take(scratch, "--log-level", *find_key("log", "level"), {to_lower(std::string_view(::optarg))},
                     {std::string(::optarg)});
        result.log_level = scratch.log_level;
        break;
      case check_config:
        result.check_config = true;
        break;
      case print_config:
        result.print_config = true;
        break;
      case version:
        result.version = true;
        break;
      case help:
        result.help = true;
        break;
      case ':':
        return Unexpected{name_of(::optopt) + ": needs a value"};
      default:
        // optopt is a known option that was given a value, an unknown letter, or 0.
        if (::optopt >= config) return Unexpected{name_of(::optopt) + ": takes no value"};
        if (::optopt != 0) {
          return unknown_option(std::string{'-', static_cast<char>(::optopt)});
        }
        return unknown_option(argument);
    }
    if (error) return Unexpected{*std::move(error)};
  }
  if (::optind < argc) {
    return Unexpected{'"' + printable(argv[::optind]) + "\": only options are expected; --help shows them all"};
  }
  return result;
}

std::string_view help_text() noexcept {
  return R"(oneshot-metrics-server: takes in one-shot events and hands each Prometheus scraper every event exactly once

Usage: oneshot-metrics-server [OPTION]...

  --config FILE      read settings from this TOML file
  --host ADDR        address to listen on (default ::, all addresses)
  --port N           port to listen on (default 8090; 0: any free port)
  --log-level L      error, warn, info or debug (default info)
  --check-config     check the settings and exit: 0 if they are good, 2 if not
  --print-config     print the settings in effect as TOML and exit
  --version          print the version and exit
  --help             print this and exit

The command line goes before the environment (PORT, USE_EXPLICIT_TIMESTAMPS, LOG_LEVEL), that before the file.
)";
}

}  // namespace oneshot::settings
