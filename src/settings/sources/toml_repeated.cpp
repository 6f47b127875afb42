// SPDX-License-Identifier: MIT
#include "settings/sources/toml_repeated.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace oneshot::settings {
namespace {

/// "[cluster]" of a table's line, "port" of a key's.
std::string_view name_in(std::string_view line) {
  line = trim_blanks(line);
  if (line.starts_with('[')) return line.substr(0, line.find(']') + 1);
  return trim_blanks(line.substr(0, std::min(line.find('='), line.size())));
}

std::string_view line_at(std::string_view text, std::size_t number) {
  while (number-- > 1) static_cast<void>(take_line(text));
  return take_line(text);
}

}  // namespace

std::string hint_for_repeated(std::string_view text, std::size_t line) {
  const std::string_view wanted = name_in(line_at(text, line));
  const bool is_table = wanted.starts_with('[');
  std::size_t found = 0;
  for (std::size_t number = 1; number < line && !wanted.empty(); ++number) {
    const std::string_view name = name_in(take_line(text));
    if (!is_table && name.starts_with('[')) found = 0;  // a key of another table
    if (name == wanted && found == 0) found = number;
  }
  if (found == 0) return {};
  return "; line " + std::to_string(found) + " has " + printable(wanted) +
         " already: " + (is_table ? "put its keys there" : "keep one of both");
}

}  // namespace oneshot::settings
