// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oneshot::cluster {

/// With 8 bytes of XXH3 behind them, which tell bytes that the engine has damaged, or that are not ours.
[[nodiscard]] std::string with_check(std::string bytes);
/// Without them again; nothing: they do not fit.
[[nodiscard]] std::optional<std::string_view> without_check(std::string_view bytes);

}  // namespace oneshot::cluster
