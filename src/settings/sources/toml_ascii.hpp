// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace oneshot::settings {

struct TomlError {
  unsigned line;  ///< from 1
  std::string what;
};

/// The same TOML document in ASCII, line by line. In quotes each character beyond ASCII becomes an escape: é is
/// \U000000E9, and a text in '' with such a character becomes a text in "". In comments it becomes a question mark. The
/// reason: toml++ 3.3 has undefined behaviour where it asks whether certain characters beyond ASCII are white space:
/// most below U+049A, all from U+FC64 to U+FEFE, and more.
///
/// Errors are what must not reach toml++:
/// - bytes that are not UTF-8;
/// - characters beyond ASCII outside of quotes and comments, or behind a backslash;
/// - quotes and brackets in the middle of a word: toml++ sees other words there than this function;
/// - texts over several lines, which no key needs;
/// - more dots than any real file has: dotted keys nest, and toml++ frees nested tables by recursion.
/// toml++ itself reports all other errors.
[[nodiscard]] Result<std::string, TomlError> ascii_only(std::string_view text);

}  // namespace oneshot::settings
