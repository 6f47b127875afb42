// SPDX-License-Identifier: MIT
#pragma once

#include <asio/buffer.hpp>

namespace oneshot::net {

/// Where a read puts its bytes. The read asks for it when some have arrived, so that a connection that waits needs no
/// memory for them. It outlives the read.
class ReadSpace {
 public:
  ReadSpace() = default;
  ReadSpace(const ReadSpace&) = delete;
  ReadSpace& operator=(const ReadSpace&) = delete;

  /// At least one byte; the same each time until give_back(). Throws std::bad_alloc.
  virtual asio::mutable_buffer take() = 0;
  /// What is in it is needed no more.
  virtual void give_back() noexcept = 0;

 protected:
  ~ReadSpace() = default;
};

}  // namespace oneshot::net
