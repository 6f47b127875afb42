// SPDX-License-Identifier: MIT
#include "net/memory_trim.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>

namespace oneshot::net {
namespace {

constexpr std::chrono::seconds interval{3};

}  // namespace

void MemoryTrim::look(std::size_t held, std::size_t peak, SteadyTime now) {
  held_ = held;
  peak_ = std::max(peak_, std::max(peak, held));
  if (!is_due() || now < next_) return;
  ::malloc_trim(0);
  next_ = now + interval;
  peak_ = held;
}

}  // namespace oneshot::net
