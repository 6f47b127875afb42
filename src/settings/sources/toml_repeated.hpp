// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oneshot::settings {

/// Of a table or a key that a TOML document gives a second time, at this line (from 1): where the first one stands and
/// what to do, to go behind the error about it. Empty where the first one is written in another way.
[[nodiscard]] std::string hint_for_repeated(std::string_view text, std::size_t line);

}  // namespace oneshot::settings
