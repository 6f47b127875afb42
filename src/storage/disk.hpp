// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "storage/error.hpp"

/// What the storage file needs of the file system, with errors that say what to do. `path` is always the file's name in
/// messages.
namespace oneshot::storage::disk {

inline constexpr mode_t owner_only = 0600;

[[nodiscard]] std::string message(int error);

/// `the event log /x/y <what>`
[[nodiscard]] Unexpected<Error> failure(const std::string& path, const std::string& what, bool is_lasting = false);

/// After open() has failed: why, by errno.
[[nodiscard]] Unexpected<Error> cannot_be_opened(const std::string& path);

/// Gives the file all blocks from its first byte to `size`. Asks first whether the disk has the room, and does not
/// touch the disk where there is none: a server that its manager starts again and again would fill the disk for a
/// moment each time. `advice`: what to do then.
[[nodiscard]] Result<void, Error> allocate(const UniqueFd& fd, const std::string& path, std::uint64_t size,
                                           const char* advice);

/// Makes names in the file's folder durable. 0, or what errno says.
[[nodiscard]] int sync_folder(const std::string& path);

/// The name of a file that is being made, until it replaces `path`.
[[nodiscard]] std::string being_made(const std::string& path);
/// What a start that was cut off has left under this name: an event log, or not even its first bytes. Nothing that
/// belongs to another user.
[[nodiscard]] bool is_half_made(const std::string& name);

}  // namespace oneshot::storage::disk
