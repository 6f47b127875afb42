// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `replicas`: the servers of a cluster, and what the one that is asked knows of its engine.
[[nodiscard]] Command replicas_command() noexcept;

}  // namespace oneshot::ctl
