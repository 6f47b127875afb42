// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "settings/key/key.hpp"
#include "settings/sources/header_file.hpp"

namespace oneshot::settings {

/// A key of the config file that the command line sets, with a value that the key takes.
struct Override {
  const Key* key;
  Value value;
};

/// A payload that a hook is to show its events of.
struct TryWebhook {
  std::string hook;
  std::string payload_file;  ///< "-": standard input
  Headers headers;           ///< of the request that the payload would come in
};

/// What the command line says.
struct CommandLine {
  std::optional<std::string> config_file;
  std::vector<Override> overrides;  ///< in the order of the command line: the last one of a key counts
  bool check_config = false;
  bool print_config = false;
  bool version = false;
  bool help = false;
  std::optional<TryWebhook> try_webhook;
};

/// What `--check-config` checks where no file is named.
inline constexpr const char* usual_config_file = "/etc/oneshot-metrics-server/config.toml";

/// Long options, `--name VALUE` or `--name=VALUE`, never abbreviated, and `-H` as curl has it, `-h`, `-V`; `--` ends
/// them. Errors
/// are one line: `--prot: unknown option; did you mean "--port"?`, `--port "x": must be a whole number from 0 to
/// 65535`. Of an option given twice the last counts.
[[nodiscard]] Result<CommandLine> parse_command_line(int argc, const char* const* argv);

/// What `--help` prints.
[[nodiscard]] std::string_view help_text() noexcept;

}  // namespace oneshot::settings
