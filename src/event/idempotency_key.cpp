// SPDX-License-Identifier: MIT
#include "event/idempotency_key.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace oneshot::event {
namespace {

constexpr std::size_t longest = 255;

/// Of a quoted string: no quote inside that is not escaped.
bool is_one_string(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return false;
    if (text[i] == '\\' && ++i == text.size()) return false;
  }
  return true;
}

}  // namespace

Result<std::string_view, Rejection> idempotency_key_text(std::string_view header) {
  const bool quoted = header.size() >= 2 && header.front() == '"' && header.back() == '"';
  const std::string_view text = quoted ? header.substr(1, header.size() - 2) : header;
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7F'; };
  if (!text.empty() && text.size() <= longest && std::ranges::all_of(text, is_visible) &&
      (quoted ? is_one_string(text) : text.front() != '"'))
    return text;
  return Unexpected{Rejection{Reason::bad_key, "header Idempotency-Key \"" + printable(header) +
                                                   "\": must be 1 to 255 visible characters, quoted or not"}};
}

}  // namespace oneshot::event
