// SPDX-License-Identifier: MIT
#include "event_log/ring.hpp"

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <string>
#include <system_error>

#include "base/unique_fd.hpp"

namespace oneshot::event_log {
namespace {

Unexpected<std::string> failure(std::uint64_t capacity, const char* call) {
  const int error = errno;
  return Unexpected{"no room for an event log of " + std::to_string(capacity) + " bytes: " + call + ": " +
                    std::generic_category().message(error)};
}

}  // namespace

std::uint64_t Ring::page_size() noexcept {
  static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

Result<Ring> Ring::in_memory(std::uint64_t capacity) {
  const UniqueFd fd(::memfd_create("event-log", MFD_CLOEXEC));
  if (!fd) return failure(capacity, "memfd_create");
  if (::ftruncate(fd.get(), static_cast<off_t>(capacity)) != 0) return failure(capacity, "ftruncate");
  return map(fd.get(), 0, capacity, true);
}

Result<Ring> Ring::map(int fd, std::uint64_t offset, std::uint64_t capacity, bool can_punch) {
  if (capacity == 0 || capacity % page_size() != 0 || offset % page_size() != 0) {
    return Unexpected{"an event log of " + std::to_string(capacity) + " bytes at offset " + std::to_string(offset) +
                      ": both must be multiples of the page size " + std::to_string(page_size()) +
                      ", and the first not 0"};
  }
  // First the addresses for both halves, so that nothing else can come to lie in between.
  void* reserved = ::mmap(nullptr, 2 * capacity, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return failure(capacity, "mmap");
  auto* base = static_cast<std::byte*>(reserved);
  Ring ring(base, capacity, can_punch);  // from here on its destructor cleans up
  for (std::byte* half : {base, base + capacity}) {
    if (::mmap(half, capacity, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, static_cast<off_t>(offset)) ==
        MAP_FAILED) {
      return failure(capacity, "mmap");
    }
  }
  return ring;
}

Ring::Ring(std::byte* base, std::uint64_t capacity, bool can_punch) noexcept
    : base_(base),
      capacity_(capacity),
      mask_(std::has_single_bit(capacity) ? capacity - 1 : 0),
      can_punch_(can_punch) {}

Ring::~Ring() {
  if (base_ != nullptr) ::munmap(base_, 2 * capacity_);
}

void Ring::give_back(std::uint64_t from, std::uint64_t to) const noexcept {
  assert(from <= to && to - from <= capacity_ && from % page_size() == 0 && to % page_size() == 0);
  if (!can_punch_ || from == to) return;
  // Only a hole in the memfd frees its pages; MADV_DONTNEED would merely unmap them. Where it fails the
  // memory stays with us and is used again on the next round: no harm.
  ::madvise(at(from), to - from, MADV_REMOVE);
}

void Ring::expect(Use use, std::uint64_t from, std::uint64_t to) const noexcept {
  assert(from <= to && to - from <= capacity_);
  from -= from % page_size();
  to -= to % page_size();
  const int advice = use == Use::writing ? MADV_RANDOM : MADV_NORMAL;
  // In the first half of the mapping, where records begin. Where it fails, all works as before, a little slower.
  while (from < to) {
    const std::uint64_t size = std::min(to - from, capacity_ - from % capacity_);
    ::madvise(at(from), size, advice);
    from += size;
  }
}

}  // namespace oneshot::event_log
