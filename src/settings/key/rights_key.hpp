// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "app/options.hpp"
#include "settings/key/key_kinds.hpp"

namespace oneshot::settings {

/// The right of this name; or what a name must be.
[[nodiscard]] inline Result<app::Right> right_of(std::string_view name) {
  const auto found = std::ranges::find(app::right_names, name, &std::pair<std::string_view, app::Right>::first);
  if (found != app::right_names.end()) return found->second;
  std::vector<std::string_view> names;
  names.reserve(app::right_names.size());
  for (const auto& [known, right] : app::right_names) names.push_back(known);
  return Unexpected{must_be_one_of(names)};
}

/// A list of rights, each at most once in effect; none at all is allowed.
template <class Part>
BasicKey<TargetOf<Part>> rights(std::string_view section, std::string_view name, app::Rights Part::*member) {
  const auto field = field_of(member);
  return {section, name,
          [=](TargetOf<Part>& settings, const Value& value) -> Result<void, ValueError> {
            const std::string must = "must be a list of rights in quotes, such as [\"post\"]";
            const auto* const elements = std::get_if<Value::List>(&value.content);
            if (elements == nullptr) return Unexpected{ValueError{&value, must}};
            app::Rights made;
            for (const Value& element : *elements) {
              const auto* const word = std::get_if<std::string>(&element.content);
              if (word == nullptr) return Unexpected{ValueError{&element, must}};
              const Result<app::Right> right = right_of(*word);
              if (!right) return Unexpected{ValueError{&element, right.error()}};
              made.add(*right);
            }
            field(settings) = made;
            return {};
          },
          [=](const TargetOf<Part>& settings) {
            std::vector<std::string> words;
            for (const auto& [known, right] : app::right_names)
              if (field(settings).has(right)) words.emplace_back(known);
            return toml_list(words);
          },
          copier<TargetOf<Part>>(field)};
}

}  // namespace oneshot::settings
