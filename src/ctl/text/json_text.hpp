// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "json/value.hpp"

namespace oneshot::ctl {

/// A text as JSON writes it, in its quotes. Bytes that are no UTF-8 are replaced by U+FFFD.
[[nodiscard]] std::string json_text(std::string_view text);

/// A value that was read, on one line.
void append_json(std::string& out, const json::Value& value);

}  // namespace oneshot::ctl
