// SPDX-License-Identifier: MIT
#include "unit/app/allocation_count.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t calls = 0;

void* allocate(std::size_t size) {
  ++calls;
  if (void* const memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}

void* allocate(std::size_t size, std::align_val_t alignment) {
  ++calls;
  void* memory = nullptr;
  if (::posix_memalign(&memory, static_cast<std::size_t>(alignment), size > 0 ? size : 1) == 0) return memory;
  throw std::bad_alloc();
}

}  // namespace

// The forms for arrays and those that do not throw call these by default.
void* operator new(std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return allocate(size, alignment); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace oneshot::app::test {

std::uint64_t allocations() noexcept { return calls; }

}  // namespace oneshot::app::test
