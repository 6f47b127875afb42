// SPDX-License-Identifier: MIT
#include "event/render.hpp"

#include "base/numbers.hpp"

namespace oneshot::event::render_detail {

std::size_t any_value_length(double value) {
  std::string text;
  append_number(text, value);
  return text.size();
}

}  // namespace oneshot::event::render_detail
