// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::app::test {

/// How often this thread has locked a mutex.
std::uint64_t locks() noexcept;
/// False with a sanitizer, which counts locks itself, and without glibc: then locks() is 0.
bool counts_locks() noexcept;

}  // namespace oneshot::app::test
