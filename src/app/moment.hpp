// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace oneshot::app {

/// The time that a parameter of this name says, as Unix milliseconds: a duration back from now (`15m`, `1h30m`, `2d`;
/// units ms, s, m, h, d, w, with decimals), RFC 3339 (`2026-11-26T09:30:00Z`), or Unix milliseconds; digits too few for
/// these are Unix seconds, and a number before 2001 is refused, since whoever wrote it forgot a unit. Errors name
/// the parameter, what it says, and what it may.
[[nodiscard]] Result<std::int64_t> parse_moment(std::string_view name, std::string_view text, std::int64_t now_unix_ms);

}  // namespace oneshot::app
