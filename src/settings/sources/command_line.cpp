// SPDX-License-Identifier: MIT
#include "settings/sources/command_line.hpp"

#include <algorithm>
#include <utility>

#include "base/host_port.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"

namespace oneshot::settings {

namespace {

using Applied = Result<void, std::string>;

/// One option of the command line.
struct Option {
  std::string_view name;
  bool takes_value;
  /// Writes the option into the command line. `typed` is its value, empty for an option without one.
  Applied (*apply)(CommandLine& line, std::string_view typed);
};

/// Lets a key of the config file judge the value; the error shows what somebody typed.
Applied set_key(CommandLine& line, std::string_view option, const Key& key, Value value, const Value& typed) {
  Settings scratch;
  if (const auto taken = key.set(scratch, value); !taken) {
    return Unexpected{std::string(option) + ' ' + describe(typed) + ": " + taken.error().must};
  }
  line.overrides.push_back({&key, std::move(value)});
  return {};
}

Applied set_config(CommandLine& line, std::string_view typed) {
  if (typed.empty()) return Unexpected{"--config \"\": must be the name of a file"};
  line.config_file = typed;
  return {};
}
Applied set_host(CommandLine& line, std::string_view typed) {
  return set_key(line, "--host", *find_key("server", "host"), {std::string(typed)}, {std::string(typed)});
}
Applied set_port(CommandLine& line, std::string_view typed) {
  return set_key(line, "--port", *find_key("server", "port"), whole_number_or_text(typed), whole_number_or_text(typed));
}
Applied set_listen_address(CommandLine& line, std::string_view typed) {
  const Result<HostPort> address = HostPort::parse(typed);
  if (!address)
    return Unexpected{"--web.listen-address \"" + printable(typed) + "\": " + address.error() +
                      "; more addresses are sections [listeners.NAME] of the config"};
  const Value host{address->host};
  const Value port{std::int64_t{address->port}};
  auto taken = set_key(line, "--web.listen-address", *find_key("server", "host"), host, host);
  return taken ? set_key(line, "--web.listen-address", *find_key("server", "port"), port, port) : taken;
}
Applied set_web_config(CommandLine& line, std::string_view typed) {
  if (typed.empty()) return Unexpected{"--web.config.file \"\": must be the name of a file"};
  const Value file{std::string(typed)};
  return set_key(line, "--web.config.file", *find_key("server", "web_config_file"), file, file);
}
Applied set_log_level(CommandLine& line, std::string_view typed) {
  return set_key(line, "--log-level", *find_key("log", "level"), {to_lower(typed)}, {std::string(typed)});
}
Applied set_log_format(CommandLine& line, std::string_view typed) {
  return set_key(line, "--log-format", *find_key("log", "format"), {to_lower(typed)}, {std::string(typed)});
}
Applied set_webhook(CommandLine& line, std::string_view typed) {
  if (!line.try_webhook) line.try_webhook.emplace();
  line.try_webhook->hook = typed;
  return {};
}
Applied add_header(CommandLine& line, std::string_view typed) {
  const std::size_t colon = typed.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return Unexpected{"--header \"" + printable(typed) + "\": must be NAME: VALUE, such as X-GitHub-Event: release"};
  if (!line.try_webhook) return Unexpected{"--header: belongs to --try-webhook, which goes before it"};
  line.try_webhook->headers.emplace_back(typed.substr(0, colon), trim_blanks(typed.substr(colon + 1)));
  return {};
}
template <bool CommandLine::*flag>
Applied set_flag(CommandLine& line, std::string_view) {
  line.*flag = true;
  return {};
}

constexpr Option options[] = {
    {"--config", true, set_config},
    {"--host", true, set_host},
    {"--port", true, set_port},
    {"--log-level", true, set_log_level},
    {"--log-format", true, set_log_format},
    {"--web.config.file", true, set_web_config},
    {"--web.listen-address", true, set_listen_address},
    {"--log.level", true, set_log_level},
    {"--log.format", true, set_log_format},
    {"--check-config", false, set_flag<&CommandLine::check_config>},
    {"--print-config", false, set_flag<&CommandLine::print_config>},
    {"--try-webhook", true, set_webhook},
    {"--header", true, add_header},
    {"--version", false, set_flag<&CommandLine::version>},
    {"--help", false, set_flag<&CommandLine::help>},
};

/// The short options, by the long ones.
constexpr std::pair<std::string_view, std::string_view> short_options[] = {
    {"-H", "--header"},
    {"-V", "--version"},
    {"-h", "--help"},
};

std::string_view long_option(std::string_view argument) noexcept {
  const auto* const found =
      std::ranges::find(short_options, argument, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(short_options) ? argument : found->second;
}

Unexpected<std::string> unknown_option(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Option& option : options) names.push_back(option.name);
  std::string error = printable(name) + ": unknown option";
  if (const auto near = nearest(name, names); !near.empty()) {
    error += "; did you mean \"" + std::string(near) + "\"?";
  } else {
    error += "; --help shows them all";
  }
  return Unexpected{std::move(error)};
}

Unexpected<std::string> not_an_option(std::string_view argument) {
  return Unexpected{'"' + printable(argument) + "\": only options are expected; --help shows them all"};
}

/// The file of --try-webhook stands behind it; nothing else may stand there without being an option.
Applied take_file(CommandLine& line, std::string_view argument) {
  if (!line.try_webhook || !line.try_webhook->payload_file.empty() || argument.empty()) return not_an_option(argument);
  line.try_webhook->payload_file = argument;
  return {};
}

}  // namespace

Result<CommandLine> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = long_option(argv[i]);
    if (argument == "--") {
      if (i + 1 < argc) return not_an_option(argv[i + 1]);
      break;
    }
    if (argument.size() < 2 || argument[0] != '-') {
      if (auto taken = take_file(line, argument); !taken) return Unexpected{std::move(taken.error())};
      continue;
    }
    if (argument[1] != '-') return unknown_option(argument.substr(0, 2));

    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const auto* const option = std::ranges::find(options, name, &Option::name);
    if (option == std::end(options)) return unknown_option(name);
    std::string_view value;
    if (equals != std::string_view::npos) {
      if (!option->takes_value) return Unexpected{std::string(name) + ": takes no value"};
      value = argument.substr(equals + 1);
    } else if (option->takes_value) {
      if (++i == argc) return Unexpected{std::string(name) + ": needs a value"};
      value = argv[i];
    }
    if (auto applied = option->apply(line, value); !applied) return Unexpected{std::move(applied.error())};
  }
  if (line.try_webhook && line.try_webhook->payload_file.empty())
    return Unexpected{"--try-webhook: needs a file with a payload behind the name of the hook; - is standard input"};
  return line;
}

std::string_view help_text() noexcept {
  return R"(oneshot-metrics-server: takes in one-shot events and hands each Prometheus scraper every event exactly once

Usage: oneshot-metrics-server [OPTION]...

  --config FILE      read settings from this TOML file
  --host ADDR        address to listen on (default ::, all addresses)
  --port N           port to listen on (default 8090; 0: any free port)
  --web.config.file FILE
                     TLS, passwords and headers, as Prometheus and its exporters read them
  --log-level L      error, warn, info or debug (default info)
  --log-format F     logfmt or json (default logfmt)
  --check-config     check the settings and exit: 0 if they are good, 2 if not; without --config those of
                     /etc/oneshot-metrics-server/config.toml, if that is there
  --print-config     print the settings in effect as TOML and exit
  --try-webhook NAME FILE
                     show what [webhooks.NAME] makes of the payload in FILE (-: standard input) and exit
  -H, --header H     a header of that payload, such as 'X-GitHub-Event: release'; may be given again
  -V, --version      print the version and exit
  -h, --help         print this and exit

As with Prometheus: --web.listen-address HOST:PORT, --log.level, --log.format.

The command line goes before the environment, that before the file. Each key of the file is a variable:
ONESHOT__SERVER__PORT=8090 is port in [server]. PORT, USE_EXPLICIT_TIMESTAMPS and LOG_LEVEL are shorter names of three.
)";
}

}  // namespace oneshot::settings
