// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oneshot::crypto {

/// Two small hexadecimal digits for each byte, as `sha256sum` and signatures in headers write them.
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// The bytes; nothing unless there are two hexadecimal digits for each, large or small.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view digits);

}  // namespace oneshot::crypto
