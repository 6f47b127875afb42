// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

/// What a command is. commands.cpp has the table of all of them; the help, the completions and the reader of the
/// command line know nothing but that table.
namespace oneshot::ctl {

class Call;

struct Option {
  std::string_view name;   ///< "--since"
  std::string_view value;  ///< what its value is called in the help: "TIME"; FILE is completed as one. "": takes none
  std::string_view help;   ///< one line
  char letter = '\0';      ///< 'f' for -f
};

struct Command {
  std::string_view name;
  std::string_view arguments = {};  ///< what follows the name, as the help shows it
  std::string_view summary = {};    ///< one line, without a full stop
  std::string_view details = {};    ///< paragraphs of 78 columns, each line with its end; what a user has to know
  std::string_view example = {};    ///< lines that can be typed as they stand, each with its end
  std::span<const Option> options = {};
  std::string_view words = {};             ///< the words that can follow the name, apart by blanks: "bash zsh fish"
  bool asks_server = true;                 ///< takes the options of connection_options too
  bool runs_program = false;               ///< all behind `--` belongs to another program
  int (*run)(const Call& call) = nullptr;  ///< the exit status
};

/// What a program understands on every command: for programs instead of people.
inline constexpr Option json_option{"--json", "", "print JSON, for programs"};

}  // namespace oneshot::ctl
