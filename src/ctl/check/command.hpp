// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `check`: what of a prometheus.yml does not fit the server. Asks nobody.
[[nodiscard]] Command check_command() noexcept;

}  // namespace oneshot::ctl
