// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"

namespace oneshot::settings {

/// What the command line says; values are already known to be allowed.
struct CommandLine {
  std::optional<std::string> config_file;
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<log::Level> log_level;
  bool check_config = false;
  bool print_config = false;
  bool version = false;
  bool help = false;
};

/// Errors are one line: `--prot: unknown option; did you mean "--port"?`,
/// `--port "x": must be a whole number from 0 to 65535`. Of an option given twice the last counts. Uses
/// getopt's global state: one thread at a time.
[[nodiscard]] Result<CommandLine> parse_command_line(int argc, const char* const* argv);

/// What `--help` prints.
[[nodiscard]] std::string_view help_text() noexcept;

}  // namespace oneshot::settings
