// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `token`: makes the token of a client, or shows the hash of one, by which the server knows it. Asks no server.
[[nodiscard]] Command token_command() noexcept;

}  // namespace oneshot::ctl
