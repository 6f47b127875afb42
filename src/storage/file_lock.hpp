// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "storage/error.hpp"

namespace oneshot::storage {

/// What is said of a file that another process holds.
inline constexpr const char* in_use =
    "is in use by another process: only one server may write it; give each a storage.path of its own";

/// The open file is what `name` leads to: nobody has deleted it, or put another file in its place. Else errno says why
/// nothing is there.
[[nodiscard]] bool has_name(const UniqueFd& fd, const std::string& name) noexcept;

/// Locks the open file, which is called `name`, against other processes, for as long as it is open. Errors: another
/// process holds it, or another file has the name now. `path` is the file's name in messages.
[[nodiscard]] Result<void, Error> lock_file(const UniqueFd& fd, const std::string& path, const std::string& name);

}  // namespace oneshot::storage
