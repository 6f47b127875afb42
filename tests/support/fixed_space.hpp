// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "net/poller/read_space.hpp"

namespace oneshot::test {

/// Memory that is there anyway.
class FixedSpace final : public net::ReadSpace {
 public:
  template <class Bytes>
  explicit FixedSpace(Bytes& bytes) : space_(asio::buffer(bytes)) {}
  FixedSpace(void* bytes, std::size_t size) : space_(bytes, size) {}

  asio::mutable_buffer take() override { return space_; }
  void give_back() noexcept override {}

 private:
  asio::mutable_buffer space_;
};

}  // namespace oneshot::test
