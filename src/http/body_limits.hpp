// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "http/protocol_error.hpp"

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

[[gnu::cold]] [[nodiscard]] ProtocolError body_too_large(std::size_t limit);

/// Whether `more` bytes, by Content-Length or the size of a chunk, are within the limit behind the `so_far` bytes of a
/// body, which are; else 413.
[[nodiscard]] inline Result<void, ProtocolError> check_body_size(std::size_t so_far, std::uint64_t more,
                                                                 std::size_t limit) {
  if (more <= limit - so_far) return {};
  return Unexpected{body_too_large(limit)};
}

}  // namespace oneshot::http
