// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `post`: one event, stored exactly once. Prints nothing where all went well.
[[nodiscard]] Command post_command() noexcept;

}  // namespace oneshot::ctl
