// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace oneshot::settings {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Headers that go out with each request to a scraper's API, a line each: `Authorization: Bearer ...`. Empty lines and
/// lines that begin with # are passed over. They are secrets: errors name the file, the line and the header, and never
/// its value. Blocks while it reads.
[[nodiscard]] Result<Headers> read_header_file(const std::string& path);

/// The same from a text; `name` stands for the file in errors.
[[nodiscard]] Result<Headers> parse_headers(std::string_view text, std::string_view name);

}  // namespace oneshot::settings
