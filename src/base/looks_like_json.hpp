// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace oneshot {

/// An object or a list of JSON seems to begin there, behind blanks, line ends or a byte-order mark. For messages: what
/// it is, only a parser knows.
[[nodiscard]] bool looks_like_json(std::string_view text) noexcept;

}  // namespace oneshot
