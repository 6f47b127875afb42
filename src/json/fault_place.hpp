// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oneshot::json {

/// Where a text that is no JSON stops to be some: the place of the first byte that cannot go on, or the text's size,
/// where it ends too early. More than `max_depth` objects and lists in each other cannot go on either. What only a
/// parser knows (a number that is too large, half of a surrogate pair) is no fault here.
[[nodiscard]] std::size_t first_fault(std::string_view text, std::size_t max_depth) noexcept;

/// For people: `: line 3, character 14, before "} ]"`, to go on behind what is wrong. Empty for a text that one sees at
/// a glance, and where no fault is found.
[[nodiscard]] std::string place_of_fault(std::string_view text, std::size_t max_depth);

}  // namespace oneshot::json
