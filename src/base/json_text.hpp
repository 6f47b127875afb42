// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oneshot {

/// Appends what stands between the quotes of a JSON string (RFC 8259 section 7) for this text. Whatever the bytes are,
/// it is valid: what is no UTF-8 becomes U+FFFD. Stops before out would be longer than max_size, never within a
/// character or an escape. False if something was left out.
bool append_json_text(std::string& out, std::string_view text, std::size_t max_size = std::string::npos);

}  // namespace oneshot
