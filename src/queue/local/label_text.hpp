// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oneshot::queue {

// Labels as event::Event has them, `a="b",type="deploy"`, with values that are escaped.

/// The value of the label with this begin, `type="`, as it stands there; nothing: there is none.
[[nodiscard]] std::optional<std::string_view> escaped_value_in(std::string_view labels,
                                                               std::string_view begin) noexcept;
/// Whether one of the labels is this one, `type="deploy"`.
[[nodiscard]] bool has_label(std::string_view labels, std::string_view label) noexcept;
/// `type="deploy"` with the value escaped.
[[nodiscard]] std::string label_text(std::string_view name, std::string_view value);
/// The other way.
[[nodiscard]] std::string unescaped(std::string_view value);

}  // namespace oneshot::queue
