// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace oneshot::ctl {

/// A moment for people, by the clock on their wall with its zone: "2026-11-26 10:02:11 CET". 0 is "never".
[[nodiscard]] std::string local_time(std::int64_t unix_ms);
/// With milliseconds, to tell events apart: "2026-11-26 10:02:11.345 CET".
[[nodiscard]] std::string local_time_ms(std::int64_t unix_ms);

/// How long ago, seen from another moment of the same clock: "4 s ago"; "never" for 0.
[[nodiscard]] std::string ago(std::int64_t unix_ms, std::int64_t now_unix_ms);

}  // namespace oneshot::ctl
