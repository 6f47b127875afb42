// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace oneshot::settings {

/// What is left of an open file. Errors, which name it as `path`: it cannot be read, or has more than `max_bytes`.
[[nodiscard]] Result<std::string> read_to_end(int file, const std::string& path, std::size_t max_bytes);

/// What is in a file by its path, that is, in no device, pipe or folder, which might never end. The same errors.
[[nodiscard]] Result<std::string> read_regular_file(const std::string& path, std::size_t max_bytes);

/// The first line of such a file, which may be empty: a secret, of which nothing else is left in memory. What is behind
/// it may be notes.
[[nodiscard]] Result<std::string> read_first_line(const std::string& path);

/// The error of a file that cannot be opened or read, for this value of errno.
[[nodiscard]] Unexpected<std::string> unreadable(const std::string& path, int error);

/// The error of a file, or a text in its place, that has more than `max_bytes`.
[[nodiscard]] Unexpected<std::string> too_large(std::string_view path, std::size_t max_bytes);

}  // namespace oneshot::settings
