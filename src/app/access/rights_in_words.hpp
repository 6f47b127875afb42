// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "app/options.hpp"

namespace oneshot::app {

/// "post, view"; "nothing" for none.
[[nodiscard]] inline std::string in_words(const Rights& rights) {
  std::string words;
  for (const auto& [name, right] : right_names)
    if (rights.has(right)) words.append(words.empty() ? "" : ", ").append(name);
  return words.empty() ? "nothing" : words;
}

}  // namespace oneshot::app
