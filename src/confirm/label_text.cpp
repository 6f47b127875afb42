// SPDX-License-Identifier: MIT
#include "confirm/label_text.hpp"

#include <cstddef>

#include "exposition/escape.hpp"

namespace oneshot::confirm {

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
