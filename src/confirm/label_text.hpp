// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::confirm {

/// Without the escapes of the text format (`\\`, `\"`, `\n`).
[[nodiscard]] std::string unescaped(std::string_view value);
[[nodiscard]] std::string escaped(std::string_view value);

}  // namespace oneshot::confirm
