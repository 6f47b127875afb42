// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "app/own_metrics/counts_by_reason.hpp"

namespace oneshot::app {

/// Why a client may not do what it asked for; `oneshot_auth_failures_total{reason}` has one series for each.
enum class AuthFailure : std::uint8_t {
  missing,    ///< no credentials, where the anonymous client lacks the right
  wrong,      ///< credentials that are nobody's
  forbidden,  ///< a client that is known, and lacks the right
};
inline constexpr std::array<std::string_view, 3> auth_failure_names = {"missing", "wrong", "forbidden"};

/// How often that was.
using AuthFailures = CountsByReason<AuthFailure, auth_failure_names.size()>;

}  // namespace oneshot::app
