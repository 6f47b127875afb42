// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oneshot::crypto {

/// The cost of a bcrypt hash as `htpasswd -B` writes it: `$2y$10$` and 53 characters; `$2a$` and `$2b$` are the same.
/// Nothing for any other text. Asked before each bcrypt_matches(): crypt_r() takes other texts for other functions.
[[nodiscard]] std::optional<unsigned> bcrypt_cost(std::string_view hash) noexcept;

/// How long a check of this cost takes about, on a machine of today: 0.07 s for a cost of 10, and twice that for each
/// more.
[[nodiscard]] double bcrypt_seconds(unsigned cost) noexcept;

/// Whether the password, which has no NUL, is that of the hash, which has a cost. Only the first 72 bytes of a password
/// count. Slow on purpose, and takes as long for a wrong password as for a right one. Any thread; throws
/// std::bad_alloc.
[[nodiscard]] bool bcrypt_matches(const std::string& password, const std::string& hash);

}  // namespace oneshot::crypto
