// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oneshot::access {

/// The bytes of a text in base64 (RFC 4648 section 4), as strictly as can be: whole groups of four, filled up with `=`,
/// no other character, and no bits that say nothing. So no two texts give the same bytes.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace oneshot::access
