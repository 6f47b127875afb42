// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::settings {

/// toml++ 3.3 meets undefined behaviour, not an error, when it asks whether some characters beyond ASCII are white
/// space (most below U+049A, all from U+FC64 to U+FEFE, and more). So it never sees any: each byte from 0x80 stands in
/// what it reads as one of 128 private characters, U+10FF00 to U+10FF7F, about which it gives the right answer: none
/// of them means anything in TOML. The text must not name one of them itself, as "\U0010FF00".
[[nodiscard]] std::string to_private_characters(std::string_view text);

/// The bytes again. For text that came out of to_private_characters, whole or in parts.
[[nodiscard]] std::string from_private_characters(std::string_view text);

}  // namespace oneshot::settings
