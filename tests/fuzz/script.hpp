// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oneshot::test {

/// What the fuzzer gives, as the steps of a play.
class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  /// 0 where nothing is left.
  unsigned next() {
    if (bytes_.empty()) return 0;
    const unsigned byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }
  /// At most so many bytes.
  std::string_view take(std::size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

}  // namespace oneshot::test
