// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace oneshot {

/// The release, as in meson.build: "0.1.0".
[[nodiscard]] std::string_view version() noexcept;
/// What compiled this program: "gcc 12.2.0", "clang 14.0.6".
[[nodiscard]] std::string_view compiler() noexcept;

}  // namespace oneshot
