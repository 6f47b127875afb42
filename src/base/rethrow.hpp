// SPDX-License-Identifier: MIT
#pragma once

#include <exception>

namespace oneshot {

/// For co_spawn of a coroutine that nobody awaits: an exception that leaves one of ours is a bug, and ends the program
/// through the loop that runs it.
inline void rethrow(const std::exception_ptr& fault) {
  if (fault) std::rethrow_exception(fault);
}

}  // namespace oneshot
