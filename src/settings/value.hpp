// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace oneshot::settings {

/// A value from the file, the command line or the environment, before its key has checked it.
struct Value {
  /// Something that no key takes: "a table", "a date".
  struct Other {
    std::string_view name;
  };
  using List = std::vector<Value>;

  std::variant<bool, std::int64_t, double, std::string, List, Other> content;
  unsigned line = 0;  ///< in the file, from 1; 0: not from a file
};

/// The value as an error message shows it: `70000`, `"abc"` (escaped and cut), `a list`, `a table`.
[[nodiscard]] std::string describe(const Value& value);

/// A number if the whole text is one, else the text itself, about which the key will complain.
[[nodiscard]] Value whole_number_or_text(std::string_view text);

}  // namespace oneshot::settings
