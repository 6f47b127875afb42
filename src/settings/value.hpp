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
  /// Something that no key takes: "a date", "a list" in a list.
  struct Other {
    std::string_view name;
  };
  using List = std::vector<Value>;
  struct Member;
  using Table = std::vector<Member>;  ///< in the order of the file

  std::variant<bool, std::int64_t, double, std::string, List, Table, Other> content;
  unsigned line = 0;  ///< in the file, from 1; 0: not from a file
};

struct Value::Member {
  std::string name;
  Value value;
};

/// The value as an error message shows it: `70000`, `"abc"` (escaped and cut, no user and password of
/// a URL), `a list`, `a table`.
[[nodiscard]] std::string describe(const Value& value);

/// A text as TOML writes it.
[[nodiscard]] std::string toml_text(std::string_view text);

/// A number if the whole text is one, else the text itself, about which the key will complain.
[[nodiscard]] Value whole_number_or_text(std::string_view text);

}  // namespace oneshot::settings
