// SPDX-License-Identifier: MIT
#include "event/label_name.hpp"

#include <algorithm>
#include <cstddef>

#include "base/byte_set.hpp"
#include "base/utf8.hpp"

namespace oneshot::event {

void append_label_name(std::string& out, std::string_view name) {
  const std::size_t begin = out.size();
  if (is_digit(name.front())) out += '_';
  while (!name.empty()) {
    const char first = name.front();
    const char c = is_letter(first) || is_digit(first) ? first : '_';
    const bool second_in_front = c == '_' && out.size() == begin + 1 && out.back() == '_';
    if (!second_in_front) out += c;
    name.remove_prefix(std::max<std::size_t>(utf8_sequence(name), 1));
  }
}

}  // namespace oneshot::event
