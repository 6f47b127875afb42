// SPDX-License-Identifier: MIT
#include "base/zeroed_array.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace oneshot {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

void* checked(void* memory) {
  if (memory == nullptr || memory == MAP_FAILED) throw std::bad_alloc();
  return memory;
}

/// Addresses for a huge page more than is needed, so that the memory can begin at the border of one.
ZeroedMemory map_huge(std::size_t bytes) {
  const std::size_t mapped = bytes + huge_page;
  void* const begin =
      checked(::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  void* aligned = begin;
  std::size_t room = mapped;
  std::align(huge_page, bytes, aligned, room);
  const auto before = static_cast<std::size_t>(static_cast<char*>(aligned) - static_cast<char*>(begin));
  if (before > 0) ::munmap(begin, before);
  ::madvise(aligned, bytes, MADV_HUGEPAGE);  // where there are none, small ones do as well
  return ZeroedMemory(aligned, FreeZeroed{mapped - before});
}

}  // namespace

void FreeZeroed::operator()(void* memory) const noexcept {
  if (mapped > 0)
    ::munmap(memory, mapped);
  else
    std::free(memory);
}

ZeroedMemory zeroed_memory(std::size_t bytes) {
  if (bytes >= huge_page) return map_huge(bytes);
  return ZeroedMemory(checked(std::calloc(std::max<std::size_t>(bytes, 1), 1)), FreeZeroed{});
}

}  // namespace oneshot
