// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace oneshot::http {

enum class GunzipError : std::uint8_t {
  too_large,     ///< the text is longer than the limit
  not_gzip,      ///< the bytes do not begin as gzip does
  damaged,       ///< no deflate stream, or a checksum or length that does not fit
  truncated,     ///< the bytes end before the text does
  bytes_behind,  ///< something stands behind the last member that is no member
  no_memory,
};
[[nodiscard]] std::string_view words_for(GunzipError error) noexcept;

/// Unfolds a body that came as gzip (RFC 1952) into `out`, which it replaces. Several members are one text, as the RFC
/// has it (2.2): what `cat a.gz b.gz` makes, and pigz. Takes no more memory than the limit and 44 KiB of zlib's,
/// whatever the bytes claim: the output grows as they are read. Some 3 ns for each byte of the text.
[[nodiscard]] Result<void, GunzipError> gunzip(std::string& out, std::string_view bytes, std::size_t limit);

}  // namespace oneshot::http
