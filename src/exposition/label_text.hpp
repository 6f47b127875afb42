// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Labels as they stand between the braces of a sample, `service="checkout",type="deploy"`: an event carries them so
/// through the log, and who asks for one of them later asks here. label_walk.hpp goes through all of them.
namespace oneshot::exposition {

/// Appends `type="deploy"` with the value escaped. The name must be a label name, the value valid UTF-8.
void append_label(std::string& out, std::string_view name, std::string_view value);
/// The same for a value that is escaped already.
void append_escaped_label(std::string& out, std::string_view name, std::string_view escaped_value);
/// `type="deploy"`: what has_label() looks for.
[[nodiscard]] std::string label_text(std::string_view name, std::string_view value);

/// The value of the label of this name, still escaped; nothing: there is none. A view of `labels`.
[[nodiscard]] std::optional<std::string_view> find_label_value(std::string_view labels, std::string_view name) noexcept;
/// Whether one of the labels is exactly this one, in the form of label_text().
[[nodiscard]] bool has_label(std::string_view labels, std::string_view label) noexcept;

}  // namespace oneshot::exposition
