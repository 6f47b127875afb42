// SPDX-License-Identifier: MIT
#include "confirm/label_text.hpp"

#include <algorithm>
#include <cstddef>

#include "exposition/escape.hpp"

namespace oneshot::confirm {

std::optional<LabelPart> take_label(std::string_view& text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 >= text.size()) return std::nullopt;
  std::size_t end = equals + 2;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2U : 1U;
  if (end >= text.size()) return std::nullopt;
  const LabelPart part{text.substr(0, equals), text.substr(equals + 2, end - equals - 2)};
  text.remove_prefix(std::min(end + 2, text.size()));  // the quote and the comma
  return part;
}

std::string unescaped(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escape = value[i] == '\\' && i + 1 < value.size();
    if (escape) ++i;
    text += escape && value[i] == 'n' ? '\n' : value[i];
  }
  return text;
}

std::string escaped(std::string_view value) {
  std::string text;
  exposition::append_label_value(text, value);
  return text;
}

}  // namespace oneshot::confirm
