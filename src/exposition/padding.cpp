// SPDX-License-Identifier: MIT
#include "exposition/padding.hpp"

#include <cassert>

namespace oneshot::exposition {

void append_comment_padding(std::string& out, std::size_t total) {
  assert(total >= min_padding);
  out.push_back('#');
  out.append(total - min_padding, ' ');
  out.push_back('\n');
}

}  // namespace oneshot::exposition
