// SPDX-License-Identifier: MIT
// The one table of commands. The help, the completions and the tests of the manual page are made from it.
#include "ctl/commands.hpp"

#include <array>

#include "ctl/check/command.hpp"
#include "ctl/completion/command.hpp"
#include "ctl/job/command.hpp"
#include "ctl/post/command.hpp"
#include "ctl/scrape_config/command.hpp"
#include "ctl/token/command.hpp"

namespace oneshot::ctl {

std::span<const Command> commands() noexcept {
  static const std::array all{
      // for scripts
      post_command(),
      run_command(),
      // setting up
      scrape_config_command(),
      check_command(),
      token_command(),
      completion_command(),
  };
  return all;
}

}  // namespace oneshot::ctl
