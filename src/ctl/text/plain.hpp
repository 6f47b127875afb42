// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::ctl {

/// What others said, for a line on a terminal: printable(), but quotes stay as they are, since none are around it.
[[nodiscard]] std::string plain(std::string_view text, std::size_t max_bytes = 300);

}  // namespace oneshot::ctl
