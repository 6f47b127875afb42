// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "settings/settings.hpp"
#include "settings/value.hpp"

/// Every key of the config as one row of one table: the file, the command line, the environment,
/// `--print-config` and the suggestions for misspelt names all go by it. named_sections.hpp has a table of its own for
/// sections with a free name.
namespace oneshot::settings {

/// Why a key refuses a value.
struct ValueError {
  const Value* culprit;    ///< the value, or the element of it that is wrong
  std::string must;        ///< "must be a whole number from 0 to 65535"
  bool is_secret = false;  ///< nobody may see the value
  std::string name{};      ///< of a member of a table, where this is what is wrong: it is shown instead of the value
};

template <class Target>
struct BasicKey {
  std::string_view section;  ///< "server"
  std::string_view name;     ///< "port"
  /// Takes the value over, or changes nothing.
  std::function<Result<void, ValueError>(Target&, const Value&)> set;
  /// The value as TOML, which `set` takes again.
  std::function<std::string(const Target&)> toml;
  std::function<void(Target& to, const Target& from)> copy;
  bool live = true;  ///< a reload changes it; otherwise the next start does
};
using Key = BasicKey<Settings>;

/// Sections together, in the order that people read them in.
[[nodiscard]] const std::vector<Key>& keys();
/// Null if there is none.
[[nodiscard]] const Key* find_key(std::string_view section, std::string_view name) noexcept;
[[nodiscard]] bool is_section(std::string_view name) noexcept;

}  // namespace oneshot::settings
