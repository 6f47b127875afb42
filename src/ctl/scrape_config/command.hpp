// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `scrape-config`: the job that lets a Prometheus scrape the server. Asks nobody.
[[nodiscard]] Command scrape_config_command() noexcept;

}  // namespace oneshot::ctl
