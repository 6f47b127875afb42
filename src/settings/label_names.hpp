// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace oneshot::settings {

/// The `labels` of a section: whoever calls one `value` or `time` means the event's value or time, as everywhere else,
/// and would get a series of its own for each event. `plain_labels` is events.plain_labels, which takes a name out of
/// that; an empty text takes a label away. Errors go on behind "[webhooks.ci] ", and end with `instead`, in which NAME
/// stands for the name.
[[nodiscard]] Result<void, std::string> check_labels_of_section(
    const std::vector<std::pair<std::string, std::string>>& labels, const std::vector<std::string>& plain_labels,
    std::string_view instead);

}  // namespace oneshot::settings
