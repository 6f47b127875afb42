// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "ctl/post/event.hpp"
#include "ctl/server/http.hpp"

/// An event from a script to the server, once: it is posted again, under one idempotency key, until the server has
/// answered that it is stored (docs/posting.md).
namespace oneshot::ctl {

struct Stored {
  std::string id;         ///< the server's name for the event; empty: the server gave none
  bool repeated = false;  ///< an earlier try had stored it
};

/// Tries at once, then after 0.2 s, and each time after twice as long, up to 5 s; after what Retry-After says, where
/// that is longer, and gives up when the next try would be later than `at_most` from now (0 or less: one try). Tried
/// again is what may go well the next time: no answer, 408, 409, 425, 429, 500, 502, 503, 504. Errors: what the last
/// try said, and whether the event may be stored.
[[nodiscard]] Result<Stored> send(Http& server, const TypedEvent& event, std::chrono::milliseconds at_most);

/// --retry-seconds, else a minute. Errors: wrong usage.
[[nodiscard]] Result<std::chrono::milliseconds> retry_time(const Call& call);

inline constexpr Option retry_option{"--retry-seconds", "SECONDS",
                                     "how long to try again while the server is away or busy (60); 0: try once"};

}  // namespace oneshot::ctl
