// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// The text exposition format 0.0.4 (Prometheus documentation, "Exposition formats"). It must be exact: one
/// byte that Prometheus does not expect fails the whole scrape, with everything in it.
namespace oneshot::exposition {

/// Whether a label value stands between its quotes as it is: ASCII, with nothing to escape.
[[nodiscard]] bool is_plain_label_value(std::string_view value) noexcept;

/// Appends what stands between the quotes of a label value: backslash, double quote and newline escaped,
/// every other byte as it is. The value must be valid UTF-8.
void append_label_value(std::string& out, std::string_view value);

/// The same as a text of its own.
[[nodiscard]] std::string escaped_label_value(std::string_view value);
/// The other way. A backslash that takes nothing with it, which no exposition has, stays.
[[nodiscard]] std::string unescaped_label_value(std::string_view escaped);

/// Appends the text of a HELP line: backslash and newline escaped; a quote stays as it is there.
void append_help(std::string& out, std::string_view text);

}  // namespace oneshot::exposition
