// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace oneshot::event {

/// The milliseconds since 1970 UTC that a sender's text names: RFC 3339 with seconds and an offset
/// (`2026-11-26T09:30:00Z`, `2026-11-26 10:30:00.25+01:00`; a blank, `t` and `z` are as good), or seconds since 1970
/// with or without decimals (`1795685400.25`). What is finer than a millisecond is cut off; a leap second is the begin
/// of the next minute. Nothing for any other text, and for a time before 1970 or after 9999.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text) noexcept;

/// The text is a number that makes sense as milliseconds since 1970, as JavaScript has them, and none as seconds.
[[nodiscard]] bool looks_like_milliseconds(std::string_view text) noexcept;

}  // namespace oneshot::event
