// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oneshot::test {

/// The hash that version 0.1.0 had, for texts of 36 bytes.
std::uint64_t hash_of_0_1_0(std::string_view text);

/// So many different texts of labels, 36 bytes each and all with one hash_of_0_1_0.
std::vector<std::string> colliding_labels(std::size_t count);

/// The body of a POST whose event gets these labels, which are some of colliding_labels().
std::string form_of(std::string_view labels);

}  // namespace oneshot::test
