// SPDX-License-Identifier: MIT
// How far around a batch the store is asked.
#pragma once

#include <chrono>

namespace oneshot::confirm {

/// Around the time of what is asked for: clocks, and scrapes that take long.
inline constexpr std::chrono::seconds margin{30};

/// How far back the batch of a program before this one is looked for. Its number does not say when it went out.
inline constexpr std::chrono::seconds longest_absence{24 * 3600};

}  // namespace oneshot::confirm
