// SPDX-License-Identifier: MIT
#include "net/memory_trim.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>

#include "base/sanitizers.hpp"

namespace oneshot::net {
namespace {

constexpr std::chrono::seconds interval{3};

// A sanitizer has a heap of its own. That of glibc is then made by the first call, and two threads that come at once
// find it half made (glibc 2.36: a null pointer in mtrim()).
void trim() noexcept {
#ifndef ONESHOT_SANITIZED
  ::malloc_trim(0);
#endif
}

}  // namespace

void MemoryTrim::look(std::size_t held, std::size_t peak, SteadyTime now) {
  held_ = held;
  peak_ = std::max(peak_, std::max(peak, held));
  if (!is_due() || now < next_) return;
  trim();
  next_ = now + interval;
  peak_ = held;
}

}  // namespace oneshot::net
