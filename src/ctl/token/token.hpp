// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace oneshot::ctl {

/// What a client shows to the server, and what the server keeps of it.
struct Token {
  std::string text;    ///< 64 hexadecimal digits: 256 bits that nobody can guess
  std::string sha256;  ///< of the text: what [clients.NAME] token_sha256 is
};

[[nodiscard]] Token make_token();
/// A token that is there already, without the end of its line. Errors: a character that no token has (RFC 6750 section
/// 2.1), or nothing.
[[nodiscard]] Result<Token> hash_token(std::string_view text);

/// A name that [clients.NAME] can have. Errors say what is allowed.
[[nodiscard]] Result<void> check_client_name(std::string_view name);

/// For a person: the token, and the section of the config file that lets it in.
[[nodiscard]] std::string in_words(const Token& token, std::string_view client);
/// {"token":"…","token_sha256":"…"}
[[nodiscard]] std::string in_json(const Token& token);

}  // namespace oneshot::ctl
