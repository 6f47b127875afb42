// SPDX-License-Identifier: MIT
// The one table of commands. The help, the completions and the tests of the manual page are made from it.
#include "ctl/commands.hpp"

#include <array>

#include "ctl/check/command.hpp"
#include "ctl/cluster/command.hpp"
#include "ctl/completion/command.hpp"
#include "ctl/doctor/command.hpp"
#include "ctl/events/commands.hpp"
#include "ctl/job/command.hpp"
#include "ctl/post/command.hpp"
#include "ctl/reload/command.hpp"
#include "ctl/scrape_config/command.hpp"
#include "ctl/scrapers/commands.hpp"
#include "ctl/token/command.hpp"
#include "ctl/top/command.hpp"
#include "ctl/why/command.hpp"

namespace oneshot::ctl {

std::span<const Command> commands() noexcept {
  static const std::array all{
      // for scripts
      post_command(),
      run_command(),
      // what there is
      tail_command(),
      events_command(),
      scrapers_command(),
      replicas_command(),
      why_command(),
      top_command(),
      // changes
      replay_command(),
      skip_command(),
      forget_command(),
      reload_command(),
      // setting up
      scrape_config_command(),
      check_command(),
      doctor_command(),
      token_command(),
      completion_command(),
  };
  return all;
}

}  // namespace oneshot::ctl
