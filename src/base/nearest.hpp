// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace oneshot {

/// The candidate that somebody who wrote `word` most likely meant: the fewest letters to insert, delete, change or swap
/// with their neighbour, at most a third of the word; else one that begins with the word. Empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace oneshot
