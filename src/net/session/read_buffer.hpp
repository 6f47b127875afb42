// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "net/poller/read_space.hpp"

namespace oneshot::net {

/// Memory for what the connections of one worker read into. It lies apart from all other memory, in whole pages (where
/// a page is not larger than a buffer), so that what few use at a time can go back to the system. Used by one thread;
/// outlives its ReadBuffers.
class ReadBufferPool {
 public:
  ReadBufferPool() = default;
  ReadBufferPool(const ReadBufferPool&) = delete;
  ReadBufferPool& operator=(const ReadBufferPool&) = delete;
  ~ReadBufferPool();

  /// ReadBuffer::size bytes. Throws std::bad_alloc.
  [[nodiscard]] char* take();
  void give_back(char* buffer) noexcept;

 private:
  void map_slab();

  std::vector<char*> slabs_;
  std::vector<char*> warm_;  // free, and in memory; the last one is the last that was used
  std::vector<char*> cold_;  // free, and not in memory; has room for all that are not
};

/// What a connection reads into, while bytes of it are needed: the next one that reads gets the same memory, which the
/// caches of the CPU still have.
class ReadBuffer final : public ReadSpace {
 public:
  static constexpr std::size_t size = 8192;  ///< bytes

  explicit ReadBuffer(ReadBufferPool& pool) noexcept : pool_(pool) {}
  ~ReadBuffer() { give_back(); }

  /// Null unless it is taken.
  [[nodiscard]] const char* data() const noexcept { return bytes_; }
  asio::mutable_buffer take() override {
    if (bytes_ == nullptr) bytes_ = pool_.take();
    return {bytes_, size};
  }
  void give_back() noexcept override {
    if (bytes_ != nullptr) pool_.give_back(std::exchange(bytes_, nullptr));
  }

 private:
  ReadBufferPool& pool_;
  char* bytes_ = nullptr;
};

}  // namespace oneshot::net
