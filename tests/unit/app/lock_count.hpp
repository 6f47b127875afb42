// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::app::test {

/// How often this thread has locked a mutex; always 0 in builds with a sanitizer, which counts locks itself.
std::uint64_t locks() noexcept;

}  // namespace oneshot::app::test
