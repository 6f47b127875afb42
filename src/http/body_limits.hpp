// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace oneshot::http {

/// Bytes of a body without chunk framing: what every path takes that has no limit of its own.
inline constexpr std::size_t usual_body_limit = 64 * 1024;

/// How long a body may be, by the path of its request. The parser asks once the head is whole, on the connection's own
/// thread, and only if the head announces a body.
class BodyLimits {
 public:
  /// In bytes, for a percent-decoded path.
  [[nodiscard]] virtual std::size_t body_limit(std::string_view path) const noexcept = 0;

 protected:
  ~BodyLimits() = default;
};

}  // namespace oneshot::http
