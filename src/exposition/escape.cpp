// SPDX-License-Identifier: MIT
#include "exposition/escape.hpp"

#include <cstddef>

namespace oneshot::exposition {

namespace {

/// Copies in long runs, since most values need no escape at all.
template <bool QuotesToo>
void append_escaped(std::string& out, std::string_view text) {
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '\\' && c != '\n' && !(QuotesToo && c == '"')) continue;
    out.append(text, copied, i - copied);
    out.push_back('\\');
    out.push_back(c == '\n' ? 'n' : c);
    copied = i + 1;
  }
  out.append(text, copied);
}

}  // namespace

void append_label_value(std::string& out, std::string_view value) { append_escaped<true>(out, value); }

void append_help(std::string& out, std::string_view text) { append_escaped<false>(out, text); }

}  // namespace oneshot::exposition
