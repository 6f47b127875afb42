// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "settings/key/key.hpp"

/// Sections with a free name, such as [confirm.prom-a]: as many of a kind as the user writes. Each kind is one row of
/// one table, which the file, `--print-config` and a reload go by.
namespace oneshot::settings {

/// A key of each section of one kind. `title` is the free name of a section that `add` has made.
struct NamedKey {
  std::string_view name;  ///< "url"
  /// Takes the value over, or changes nothing.
  std::function<Result<void, ValueError>(Settings&, std::string_view title, const Value&)> set;
  /// The value as TOML, which `set` takes again.
  std::function<std::string(const Settings&, std::string_view title)> toml;
};

/// A key that a section cannot do without.
struct RequiredKey {
  std::string_view name;  ///< empty: none
  std::string_view why;   ///< "needs a url, that of the scraper's API: url = \"http://HOST:PORT\""
};

/// A kind of section.
struct NamedSections {
  std::string_view kind;  ///< "confirm"
  std::string_view each;  ///< what a title names: "scraper"
  /// What is wrong with a title.
  Result<void, std::string> (*check_title)(std::string_view title);
  RequiredKey required;
  std::vector<NamedKey> keys;  ///< in the order that people read them in, and that they are set in
  /// A section with the defaults, if there is none of this title yet.
  std::function<void(Settings&, std::string_view title)> add;
  /// Of the sections there are: in the order of the file where that counts, else sorted.
  std::function<std::vector<std::string>(const Settings&)> titles;
  /// All sections of this kind.
  std::function<void(Settings& to, const Settings& from)> copy;
  bool live = true;  ///< a reload changes them; otherwise the next start does
};

/// In the order that people read them in.
[[nodiscard]] const std::vector<NamedSections>& named_sections();
/// Null if there is none.
[[nodiscard]] const NamedSections* find_named_sections(std::string_view kind) noexcept;
/// `[confirm.prom-a]`, quoted where TOML wants it: `[confirm."10.0.0.7"]`.
[[nodiscard]] std::string section_title(std::string_view kind, std::string_view title);

}  // namespace oneshot::settings
