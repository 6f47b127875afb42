// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace oneshot {

/// Gives memory of zeroed_memory() back.
struct FreeZeroed {
  std::size_t mapped = 0;  ///< bytes; 0: it is the heap's
  void operator()(void* memory) const noexcept;
};
using ZeroedMemory = std::unique_ptr<void, FreeZeroed>;
/// Bytes of zeros, aligned for any type. From 2 MiB on they come from the kernel: none of them is taken from the
/// machine before it is touched, and huge pages are asked for, since a page fault for each 4 KiB is a tenth of what a
/// scrape of a million events costs. Throws std::bad_alloc.
[[nodiscard]] ZeroedMemory zeroed_memory(std::size_t bytes);

/// A table that begins with zeros and has a fixed size.
template <class T>
class ZeroedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit ZeroedArray(std::size_t size) : memory_(zeroed_memory(size * sizeof(T))), size_(size) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& operator[](std::size_t at) noexcept { return static_cast<T*>(memory_.get())[at]; }
  [[nodiscard]] const T& operator[](std::size_t at) const noexcept { return static_cast<const T*>(memory_.get())[at]; }

 private:
  ZeroedMemory memory_;
  std::size_t size_;
};

}  // namespace oneshot
