// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `reload`: the server reads its settings again.
[[nodiscard]] Command reload_command() noexcept;

}  // namespace oneshot::ctl
