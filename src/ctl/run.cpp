// SPDX-License-Identifier: MIT
#include "ctl/run.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/version.hpp"
#include "ctl/call.hpp"
#include "ctl/commands.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/help.hpp"
#include "ctl/print.hpp"

namespace oneshot::ctl {

namespace {

/// `help post` means `post --help`, as people know it from other programs with commands.
std::vector<std::string_view> arguments_of(int argc, const char* const* argv) {
  std::vector<std::string_view> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty() && arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  return arguments;
}

}  // namespace

int run(int argc, const char* const* argv) {
  const std::vector<std::string_view> arguments = arguments_of(argc, argv);
  const Result<Call> call = Call::parse(arguments, commands());
  if (!call) return refuse(call.error());
  const Command* const command = call->command();
  if (call->has("--help")) return print(command == nullptr ? help_of(commands()) : help_of(*command));
  if (call->has("--version")) return print("oneshotctl " + std::string(version()) + '\n');
  if (command != nullptr) return command->run(*call);
  complain("a command must follow\n\n" + help_of(commands()));
  return exit_usage;
}

}  // namespace oneshot::ctl
