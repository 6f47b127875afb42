// SPDX-License-Identifier: MIT
#include "ctl/completion/command.hpp"

#include "ctl/call.hpp"
#include "ctl/completion/completion.hpp"
#include "ctl/print.hpp"

namespace oneshot::ctl {
namespace {

int run_completion(const Call& call) {
  if (call.words().size() == 1) {
    if (const auto script = completion::for_shell(call.words().front(), call.commands())) return print(*script);
  }
  return refuse("completion: bash, zsh or fish must follow, and nothing else");
}

}  // namespace

Command completion_command() noexcept {
  return {.name = "completion",
          .arguments = "bash | zsh | fish",
          .summary = "print the script by which a shell completes oneshotctl",
          .details =
              "The Debian package installs all three. Elsewhere the first line of the script says how it is\n"
              "used.\n",
          .example = "source <(oneshotctl completion bash)\n",
          .options = {},
          .words = "bash zsh fish",
          .asks_server = false,
          .run = run_completion};
}

}  // namespace oneshot::ctl
