// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace oneshot::exposition {

inline constexpr std::size_t min_padding = 2;  ///< the shortest comment line: a hash and a newline

/// Appends one comment line of blanks that is exactly `total` bytes long with its newline; at least
/// `min_padding`. Why one pads: a reader that gives up is noticed only by bytes it has not read, and clients
/// read ahead.
void append_comment_padding(std::string& out, std::size_t total);

}  // namespace oneshot::exposition
