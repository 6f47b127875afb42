// SPDX-License-Identifier: MIT
#include "exposition/escape.hpp"

#include <algorithm>
#include <cstddef>

#include "base/byte_scan.hpp"
#include "base/byte_set.hpp"

namespace oneshot::exposition {

namespace {

constexpr ByteSet escaped_in_help{[](char c) { return c == '\\' || c == '\n'; }};
constexpr ByteSet escaped_in_values{[](char c) { return escaped_in_help.has(c) || c == '"'; }};

/// Copies in long runs, since most values need no escape at all.
void append_escaped(std::string& out, std::string_view text, const ByteSet& escaped) {
  for (;;) {
    const std::size_t plain = escaped.find_in(text);
    out += text.substr(0, plain);
    if (plain == text.size()) return;
    out += '\\';
    out += text[plain] == '\n' ? 'n' : text[plain];
    text.remove_prefix(plain + 1);
  }
}

}  // namespace

bool is_plain_label_value(std::string_view value) noexcept {
  return find_any_of_or_non_ascii<'"', '\\', '\n'>(value) == value.size();
}

void append_label_value(std::string& out, std::string_view value) { append_escaped(out, value, escaped_in_values); }

std::string escaped_label_value(std::string_view value) {
  std::string text;
  append_label_value(text, value);
  return text;
}

std::string unescaped_label_value(std::string_view escaped) {
  std::string text;
  text.reserve(escaped.size());
  for (;;) {
    const std::size_t plain = std::min(escaped.find('\\'), escaped.size());
    text += escaped.substr(0, plain);
    if (plain + 1 >= escaped.size()) return text += escaped.substr(plain);
    text += escaped[plain + 1] == 'n' ? '\n' : escaped[plain + 1];
    escaped.remove_prefix(plain + 2);
  }
}

void append_help(std::string& out, std::string_view text) { append_escaped(out, text, escaped_in_help); }

}  // namespace oneshot::exposition
