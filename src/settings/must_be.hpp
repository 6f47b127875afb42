// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What an error says about a value that is not allowed, whichever file it is in.
namespace oneshot::settings {

[[nodiscard]] std::string must_be_whole(std::int64_t min, std::int64_t max);
[[nodiscard]] std::string must_be_seconds(double min, double max);
[[nodiscard]] std::string must_be_one_of(const std::vector<std::string_view>& words);

}  // namespace oneshot::settings
