// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::app::test {

/// How often this thread has called operator new.
std::uint64_t allocations() noexcept;

}  // namespace oneshot::app::test
