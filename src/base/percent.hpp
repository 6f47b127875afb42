// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot {

/// Appends the text with every %NN replaced by its byte (RFC 3986 section 2.1), and with `+` as a blank if
/// asked, as in query strings and forms. A `%` without two hexadecimal digits behind it ("%zz", "%4"): false,
/// and out is as it was. Never longer than the text.
[[nodiscard]] bool append_percent_decoded(std::string& out, std::string_view text, bool plus_is_blank);

/// Appends the text so that it may stand anywhere in a URL: every byte as %NN, but for the unreserved ones (RFC 3986
/// section 2.3).
void append_percent_encoded(std::string& out, std::string_view text);

/// Why append_percent_decoded() refused a text: the first such `%`, with the two characters behind it or as many as
/// there are. Empty where the text has none.
[[nodiscard]] std::string_view first_bad_escape(std::string_view text) noexcept;

}  // namespace oneshot
