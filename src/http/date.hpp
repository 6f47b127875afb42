// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oneshot::http {

/// The value of the Date header, "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate, RFC 9110 5.6.7), written anew
/// only when the second changes. One per worker.
class HttpDate {
 public:
  /// For a time in milliseconds since 1970-01-01 UTC, in years of four digits. Valid until the next call.
  [[nodiscard]] std::string_view at(std::int64_t unix_ms) noexcept;

 private:
  static constexpr std::size_t length = 29;
  std::int64_t second_ = INT64_MIN;
  std::array<char, length> text_{};
};

}  // namespace oneshot::http
