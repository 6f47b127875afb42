// SPDX-License-Identifier: MIT
#include "base/looks_like_json.hpp"

#include <algorithm>

namespace oneshot {

bool looks_like_json(std::string_view text) noexcept {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text.starts_with('{') || text.starts_with('[');
}

}  // namespace oneshot
