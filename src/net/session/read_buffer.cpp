// SPDX-License-Identifier: MIT
#include "net/session/read_buffer.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

namespace oneshot::net {
namespace {

constexpr std::size_t in_a_slab = 64;
constexpr std::size_t slab_bytes = in_a_slab * ReadBuffer::size;
constexpr std::size_t max_warm = 32;

// Where pages are larger than a buffer, others have a part of each.
void drop_pages(char* buffer) noexcept {
  static const bool is_whole = ::sysconf(_SC_PAGESIZE) <= static_cast<long>(ReadBuffer::size);
  if (is_whole) ::madvise(buffer, ReadBuffer::size, MADV_DONTNEED);
}

}  // namespace

ReadBufferPool::~ReadBufferPool() {
  for (char* const slab : slabs_) ::munmap(slab, slab_bytes);
}

char* ReadBufferPool::take() {
  if (warm_.empty() && cold_.empty()) map_slab();
  std::vector<char*>& from = warm_.empty() ? cold_ : warm_;
  char* const taken = from.back();
  from.pop_back();
  return taken;
}

// No small pages are to be put together into huge ones, of which a single connection would keep the whole.
void ReadBufferPool::map_slab() {
  warm_.reserve(max_warm);
  slabs_.reserve(slabs_.size() + 1);
  cold_.reserve((slabs_.size() + 1) * in_a_slab);
  void* const mapped = ::mmap(nullptr, slab_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  ::madvise(mapped, slab_bytes, MADV_NOHUGEPAGE);
  slabs_.push_back(static_cast<char*>(mapped));
  for (std::size_t i = in_a_slab; i > 0; --i) cold_.push_back(slabs_.back() + (i - 1) * ReadBuffer::size);
}

void ReadBufferPool::give_back(char* buffer) noexcept {
  if (warm_.size() < max_warm) return warm_.push_back(buffer);
  drop_pages(buffer);
  cold_.push_back(buffer);
}

}  // namespace oneshot::net
