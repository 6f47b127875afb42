// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "ctl/check/finding.hpp"
#include "json/value.hpp"

namespace oneshot::ctl {

/// What is wrong by /api/v1/status. `now_unix_ms` is this machine's clock in the middle of the question.
[[nodiscard]] Findings server_findings(const json::Value& status, std::int64_t now_unix_ms);

/// That two clocks are apart, if they are by more than two seconds.
void compare_clocks(const std::string& where, std::int64_t unix_ms, std::int64_t now_unix_ms, Findings& findings);

}  // namespace oneshot::ctl
