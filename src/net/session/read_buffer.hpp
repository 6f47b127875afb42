// SPDX-License-Identifier: MIT
#pragma once

#include <asio/buffer.hpp>
#include <cstddef>
#include <vector>

namespace oneshot::net {

/// Memory for what the connections of one worker read into. It lies apart from all other memory, in whole pages (where
/// a page is not larger than a buffer), so that a connection that rests can give its pages back to the system. Used by
/// one thread; outlives its ReadBuffers.
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

/// What a connection reads into.
class ReadBuffer {
 public:
  static constexpr std::size_t size = 8192;  ///< bytes

  explicit ReadBuffer(ReadBufferPool& pool) : pool_(pool), bytes_(pool.take()) {}
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;
  ~ReadBuffer() { pool_.give_back(bytes_); }

  [[nodiscard]] const char* data() const noexcept { return bytes_; }
  [[nodiscard]] asio::mutable_buffer space() noexcept { return {bytes_, size}; }
  /// Its memory goes back to the system until something is read again; what was in it is lost. A read may wait for
  /// bytes meanwhile, but may have none. About a microsecond.
  void give_pages_back() noexcept;

 private:
  ReadBufferPool& pool_;
  char* const bytes_;
};

}  // namespace oneshot::net
