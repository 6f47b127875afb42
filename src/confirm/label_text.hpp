// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The text of an event's labels, `job="nightly",type="backup"`, as queue::BatchEvent has it.
namespace oneshot::confirm {

/// One `name="value"` of a label text, the value still escaped.
struct LabelPart {
  std::string_view name;
  std::string_view value;
};

/// Takes the next label off the front of the text; nothing at its end.
[[nodiscard]] std::optional<LabelPart> take_label(std::string_view& text) noexcept;

/// Without the escapes of the text format (`\\`, `\"`, `\n`).
[[nodiscard]] std::string unescaped(std::string_view value);
[[nodiscard]] std::string escaped(std::string_view value);

}  // namespace oneshot::confirm
