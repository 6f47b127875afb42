// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oneshot::ctl {

/// Of words of a server that say what is wrong and what to do.
inline constexpr std::size_t longest_explanation = 2000;

/// What others said, for a line on a terminal: printable(), but quotes stay as they are, since none are around it.
[[nodiscard]] std::string plain(std::string_view text, std::size_t max_bytes = 300);

}  // namespace oneshot::ctl
