// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace oneshot::test {

/// A blocking client on 127.0.0.1 that sends exact bytes and shows exact bytes. Every wait ends after ten seconds.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0);

  void send(std::string_view bytes);
  /// One whole response with a Content-Length body (or just a head, for HEAD requests).
  std::string response(bool head_only = false);
  /// What comes until the end of stream; nothing but an end gives "".
  std::string until_end();
  /// Reads at most this many bytes, and leaves the rest unread; how many it got.
  std::size_t read_some(std::size_t bytes);
  /// True once the peer has reset the connection (as opposed to ended it).
  bool was_reset();

  void half_close();
  void reset();
  void close() { fd_.reset(); }

 private:
  UniqueFd fd_;
  std::string buffered_;
};

/// Waits until `condition` holds; false after ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace oneshot::test
