// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oneshot::settings {

struct Obstacle {
  unsigned line;  ///< from 1
  std::string what;
};

/// The first thing in a config file that must not reach toml++ 3.3: what to_private_characters cannot carry, so bytes
/// that are not UTF-8 and escapes for the characters it uses; characters beyond ASCII outside of quotes and comments,
/// about which toml++ could say only how they are carried; and more dots there than any real file has (dotted keys
/// nest, and such tables are given back by recursion). Texts over several lines are refused too, since no key needs
/// them and what is inside quotes is then easy to tell; and quotes and brackets in the middle of a word.
[[nodiscard]] std::optional<Obstacle> find_obstacle(std::string_view text);

}  // namespace oneshot::settings
