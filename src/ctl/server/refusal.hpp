// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "ctl/server/http.hpp"

namespace oneshot::ctl {

/// What a server says in an answer other than 200, in one line with its status; for some statuses, what to do.
[[nodiscard]] std::string refusal_of(const Answer& answer);

}  // namespace oneshot::ctl
