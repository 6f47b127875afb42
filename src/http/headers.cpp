// SPDX-License-Identifier: MIT
#include "http/headers.hpp"

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "http/grammar.hpp"

namespace oneshot::http {

bool list_has(std::string_view list, std::string_view token) noexcept {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (equals_ignoring_case(trim_blanks(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool list_has(std::span<const Header> headers, std::string_view name, std::string_view token) noexcept {
  return std::any_of(headers.begin(), headers.end(), [&](const Header& header) {
    return equals_ignoring_case(header.name, name) && list_has(header.value, token);
  });
}

}  // namespace oneshot::http
