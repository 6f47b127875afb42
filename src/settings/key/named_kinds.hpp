// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "settings/key/key_kinds.hpp"
#include "settings/key/named_sections.hpp"

/// How to make a row of the table of sections with a free name, out of the rows of their keys.
namespace oneshot::settings {

/// Where the options of all sections of a kind are kept: by title, sorted; or in the order of the file.
template <class Options>
using Sorted = std::map<std::string, Options, std::less<>>;
template <class Options>
using InOrder = std::vector<std::pair<std::string, Options>>;

/// Those of one title, made where there are none.
template <class Options>
Options& options_of(Sorted<Options>& all, std::string_view title) {
  return all[std::string(title)];
}
template <class Options>
Options& options_of(InOrder<Options>& all, std::string_view title) {
  const auto found = std::find_if(all.begin(), all.end(), [title](const auto& one) { return one.first == title; });
  return found != all.end() ? found->second : all.emplace_back(title, Options{}).second;
}

/// `map` says where the settings keep the sections, Sorted or InOrder; `keys` are made with the functions of
/// key_kinds.hpp, whose section is `kind`.
template <class Map, class Part, class Options = typename Map::value_type::second_type>
NamedSections named(std::string_view kind, std::string_view each, Result<void, std::string> (*check)(std::string_view),
                    RequiredKey required, Map Part::*map, const std::vector<BasicKey<Options>>& keys) {
  const auto field = field_of(map);
  NamedSections made{kind, each, check, required, {}, {}, {}, copier<Settings>(field)};
  for (const BasicKey<Options>& key : keys) {
    made.keys.push_back({key.name,
                         [field, set = key.set](Settings& settings, std::string_view title, const Value& value) {
                           return set(options_of(field(settings), title), value);
                         },
                         [field, toml = key.toml](const Settings& settings, std::string_view title) {
                           const Map& all = field(settings);
                           return toml(std::find_if(all.begin(), all.end(), [title](const auto& one) {
                                         return one.first == title;
                                       })->second);
                         }});
  }
  made.add = [field](Settings& settings, std::string_view title) { options_of(field(settings), title); };
  made.titles = [field](const Settings& settings) {
    std::vector<std::string> titles;
    for (const auto& [title, options] : field(settings)) titles.push_back(title);
    return titles;
  };
  return made;
}

}  // namespace oneshot::settings
