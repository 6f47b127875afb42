// SPDX-License-Identifier: MIT
#include "service/run.hpp"

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/version.hpp"
#include "service/exit_status.hpp"
#include "service/other_program.hpp"
#include "service/process.hpp"
#include "service/service.hpp"
#include "service/try_webhook.hpp"
#include "service/web/encryption.hpp"
#include "settings/effective.hpp"
#include "settings/sources/command_line.hpp"
#include "settings/sources/environment.hpp"
#include "settings/warnings.hpp"

namespace oneshot::service {
namespace {

// Straight to the streams: this is what a person at a terminal asked for, no log line.
int print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? exit_ok : exit_failed;
}

int refuse(const std::string& error) {
  const std::string line = "oneshot-metrics-server: " + error + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
  return exit_usage;
}

/// "config.toml with PORT, ONESHOT__EVENTS__MAX_LABELS": what the settings were read from.
std::string sources(const std::string& config_file) {
  std::string text = config_file.empty() ? "built-in defaults" : config_file;
  std::string_view before = " with ";
  for (const std::string& variable : settings::used_variables(settings::process_environment())) {
    text.append(before).append(variable);
    before = ", ";
  }
  return text;
}

/// For whoever reads standard error, beside the line that says ok on the other stream.
void warn(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    const std::string line = "oneshot-metrics-server: warning: " + warning + '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
}

/// What is left to check once the settings are read.
int check(const Program& program, const settings::Settings& settings, const std::string& config_file) {
  if (program.check_queue) {
    const auto checked = program.check_queue({settings.queue, settings.cluster, {}});
    if (!checked) return refuse(checked.error());
  }
  warn(settings::warnings(settings));
  warn(settings::warnings_about_here(settings));
  return print(sources(config_file) + ": ok\n");
}

bool exists(const char* path) noexcept { return ::access(path, F_OK) == 0; }

/// Throws what only the start can throw.
int run_or_throw(const Program& program, int argc, char* const* argv) {
  open_standard_streams();
  auto command_line = settings::parse_command_line(argc, argv);
  if (!command_line) return refuse(command_line.error());
  if (command_line->help) return print(settings::help_text());
  if (command_line->version) {
    std::string text = std::string(program.name) + ' ';
    text.append(version()).append(" (").append(compiler()).append(")\n");
    return print(text);
  }

  if (const auto unknown = settings::unknown_variables(settings::process_variables()); !unknown.empty())
    return refuse(unknown);
  if (command_line->check_config && !command_line->config_file && exists(settings::usual_config_file))
    command_line->config_file = settings::usual_config_file;
  auto settings = settings::load(*command_line, settings::process_environment());
  if (!settings) return refuse(settings.error());
  const std::string config_file = command_line->config_file.value_or("");
  if (command_line->print_config) return print(settings::render_toml(*settings));
  if (command_line->try_webhook) {
    const auto tried = try_webhook(*settings, *command_line->try_webhook);
    return tried ? print(*tried) : refuse(tried.error());
  }
  if (auto encryption = Encryption::make(*settings); !encryption) return refuse(encryption.error());
  if (settings->cluster.is_on() && !program.is_for_clusters) return refuse(run_other_program(cluster_program, argv));
  if (command_line->check_config) return check(program, *settings, config_file);

  log::set_level(settings->log_level);
  log::set_format(settings->log_format);
  ignore_signals_of_writing();
  explain_bus_errors();
  fit_connections(settings->net);
  Service service(std::move(*settings), *command_line, program.open_queue);
  if (const auto started = service.start(); !started) {
    log::error(started.error().text);
    return started.error().exit_status;
  }
  return service.serve();
}

}  // namespace

int run(const Program& program, int argc, char* const* argv) {
  try {
    return run_or_throw(program, argc, argv);
  } catch (const std::exception& fault) {
    log::error("the program ends", {{"reason", fault.what()}});
    return exit_failed;
  }
}

}  // namespace oneshot::service
