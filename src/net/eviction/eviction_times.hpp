// SPDX-License-Identifier: MIT
// What those who make room for new connections wait for.
#pragma once

#include <chrono>

namespace oneshot::net {

/// How long evicted connections may take to end before others are evicted: a worker with much to do gets to them in a
/// while, and the end of a scraper, for which we wait, comes in milliseconds.
inline constexpr std::chrono::milliseconds ending_time{250};

/// How long to wait where nothing can be evicted.
inline constexpr std::chrono::milliseconds retry_time{20};

}  // namespace oneshot::net
