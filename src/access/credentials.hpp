// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oneshot::access {

/// What a header Authorization says (RFC 9110 section 11.6.2): the scheme, whose case does not matter, and all behind
/// it. The views are of the header's value.
struct Authorization {
  std::string_view scheme;
  std::string_view rest;  ///< empty: there is none
};
[[nodiscard]] Authorization split_authorization(std::string_view value) noexcept;

/// Whether a text can be a token of the scheme Bearer: the token68 of RFC 9110 section 11.2 (RFC 6750 section 2.1).
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// What the scheme Basic carries (RFC 7617 section 2).
struct UserAndPassword {
  std::string user;      ///< without a colon
  std::string password;  ///< may have colons
};
/// Nothing unless `rest` is strict base64 of a user, a colon and a password, none of which has a control character. A
/// NUL would end the password for crypt_r(): what stands behind would go unchecked.
[[nodiscard]] std::optional<UserAndPassword> read_basic(std::string_view rest);

/// Overwrites a text that must not stay in memory.
void wipe(std::string& secret) noexcept;

}  // namespace oneshot::access
