// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "settings/key/key.hpp"
#include "settings/must_be.hpp"

/// How to make a row of the table of keys. Each kind of value takes a pointer to the one member, of the options of a
/// part, that the key sets.
namespace oneshot::settings {

[[nodiscard]] std::string toml_list(const std::vector<std::string>& texts);
/// Names and values; the values are TOML already.
[[nodiscard]] std::string toml_table(const std::vector<std::pair<std::string, std::string>>& pairs);
/// The same with values that are texts.
[[nodiscard]] std::string toml_texts(const std::vector<std::pair<std::string, std::string>>& pairs);
/// For list() of texts that stay as they are.
[[nodiscard]] std::string same_text(const std::string& text);
/// The complaint about a value: "must be ...".
[[nodiscard]] Unexpected<ValueError> wrong(const Value& value, std::string must);
/// The same about the name of a member of a table.
[[nodiscard]] Unexpected<ValueError> wrong_name(const Value& value, const std::string& name, std::string must);
[[nodiscard]] std::string toml_seconds(std::chrono::milliseconds duration);

/// Nothing for what is no number at all.
[[nodiscard]] std::optional<double> as_number(const Value& value) noexcept;

/// Whether there are as many of these options as the file has sections of one kind.
template <class Part>
inline constexpr bool in_named_section =
    std::is_same_v<Part, app::MetricOptions> || std::is_same_v<Part, confirm::Options> ||
    std::is_same_v<Part, ingest::HookOptions> || std::is_same_v<Part, app::ListenerOptions> ||
    std::is_same_v<Part, access::ClientOptions>;

/// Where the options of a part lie in the settings.
template <class Part, class Aggregate>
auto& part_of(Aggregate& settings) noexcept {
  if constexpr (std::is_same_v<Part, net::Options>) {
    return settings.net;
  } else if constexpr (std::is_same_v<Part, app::Options>) {
    return settings.app;
  } else if constexpr (std::is_same_v<Part, event::Options>) {
    return settings.app.event;
  } else if constexpr (std::is_same_v<Part, queue::Options>) {
    return settings.queue;
  } else if constexpr (std::is_same_v<Part, storage::Options>) {
    return settings.queue.storage;
  } else if constexpr (std::is_same_v<Part, cluster::Options>) {
    return settings.cluster;
  } else {
    static_assert(std::is_same_v<Part, Settings> || in_named_section<Part>);
    return settings;
  }
}

/// What the key of a member is set in: the settings, or one section with a free name.
template <class Part>
using TargetOf = std::conditional_t<in_named_section<Part>, Part, Settings>;

/// A function that gives a reference to the member in a (const) target.
template <class Member, class Part>
auto field_of(Member Part::*member) {
  return [member](auto& settings) -> auto& { return part_of<Part>(settings).*member; };
}

template <class Target, class Field>
auto copier(Field field) {
  return [field](Target& to, const Target& from) { field(to) = field(from); };
}

/// The row of a key that only a start can change.
inline Key at_start(Key key) {
  key.live = false;
  return key;
}

/// A whole number of `unit`s, which the member holds multiplied.
template <class Member, class Part>
BasicKey<TargetOf<Part>> multiple(std::string_view section, std::string_view name, std::int64_t unit, std::int64_t min,
                                  std::int64_t max, Member Part::*member) {
  const auto field = field_of(member);
  return {section, name,
          [=](TargetOf<Part>& settings, const Value& value) -> Result<void, ValueError> {
            const auto* const number = std::get_if<std::int64_t>(&value.content);
            if (number == nullptr || *number < min || *number > max) {
              return Unexpected{ValueError{&value, must_be_whole(min, max)}};
            }
            field(settings) = static_cast<Member>(*number * unit);
            return {};
          },
          [=](const TargetOf<Part>& settings) { return std::to_string(field(settings) / static_cast<Member>(unit)); },
          copier<TargetOf<Part>>(field)};
}

template <class Member, class Part>
BasicKey<TargetOf<Part>> whole_number(std::string_view section, std::string_view name, std::int64_t min,
                                      std::int64_t max, Member Part::*member) {
  return multiple(section, name, 1, min, max, member);
}

/// A whole number of this range, or 0 for no limit.
template <class Part>
BasicKey<TargetOf<Part>> limit(std::string_view section, std::string_view name, std::int64_t min, std::int64_t max,
                               unsigned Part::*member) {
  BasicKey<TargetOf<Part>> key = whole_number(section, name, 0, max, member);
  key.set = [within = std::move(key.set), min, max](TargetOf<Part>& settings,
                                                    const Value& value) -> Result<void, ValueError> {
    const auto* const number = std::get_if<std::int64_t>(&value.content);
    if (number == nullptr || *number < 0 || *number > max || (*number > 0 && *number < min))
      return Unexpected{ValueError{&value, must_be_whole(min, max) + ", or 0 for no limit"}};
    return within(settings, value);
  };
  return key;
}

/// A number of MiB; the member holds bytes.
template <class Part>
BasicKey<TargetOf<Part>> mebibytes(std::string_view section, std::string_view name, std::int64_t min, std::int64_t max,
                                   std::uint64_t Part::*member) {
  return multiple(section, name, 1 << 20, min, max, member);
}

/// Decimal seconds; the member holds milliseconds.
template <class Part>
BasicKey<TargetOf<Part>> duration(std::string_view section, std::string_view name, double min, double max,
                                  std::chrono::milliseconds Part::*member) {
  const auto field = field_of(member);
  return {section, name,
          [=](TargetOf<Part>& settings, const Value& value) -> Result<void, ValueError> {
            const auto number = as_number(value);
            // Written so that NaN is refused as well.
            if (!number || !(*number >= min && *number <= max)) {
              return Unexpected{ValueError{&value, must_be_seconds(min, max)}};
            }
            field(settings) = std::chrono::milliseconds(std::llround(*number * 1000));
            return {};
          },
          [=](const TargetOf<Part>& settings) { return toml_seconds(field(settings)); }, copier<TargetOf<Part>>(field)};
}

template <class Part>
BasicKey<TargetOf<Part>> flag(std::string_view section, std::string_view name, bool Part::*member) {
  const auto field = field_of(member);
  return {section, name,
          [=](TargetOf<Part>& settings, const Value& value) -> Result<void, ValueError> {
            const auto* const on = std::get_if<bool>(&value.content);
            if (on == nullptr) return Unexpected{ValueError{&value, "must be true or false"}};
            field(settings) = *on;
            return {};
          },
          [=](const TargetOf<Part>& settings) -> std::string { return field(settings) ? "true" : "false"; },
          copier<TargetOf<Part>>(field)};
}

/// The words that a key takes, each with the enumerator that it stands for.
template <class Enum>
using Words = std::vector<std::pair<std::string_view, Enum>>;

template <class Enum, class Part>
BasicKey<TargetOf<Part>> choice(std::string_view section, std::string_view name, Enum Part::*member,
                                Words<std::type_identity_t<Enum>> words) {
  const auto field = field_of(member);
  return {section, name,
          [=](TargetOf<Part>& settings, const Value& value) -> Result<void, ValueError> {
            const auto* const word = std::get_if<std::string>(&value.content);
            std::vector<std::string_view> allowed;
            for (const auto& [candidate, meaning] : words) {
              if (word != nullptr && *word == candidate) {
                field(settings) = meaning;
                return {};
              }
              allowed.push_back(candidate);
            }
            return Unexpected{ValueError{&value, must_be_one_of(allowed)}};
          },
          [=](const TargetOf<Part>& settings) {
            for (const auto& [candidate, meaning] : words) {
              if (field(settings) == meaning) return toml_text(candidate);
            }
            return std::string("\"\"");  // no such enumerator
          },
          copier<TargetOf<Part>>(field)};
}

/// A text that `check` has nothing against; the error of `check` says what the text must be.
template <class Part>
BasicKey<TargetOf<Part>> text(std::string_view section, std::string_view name,
                              Result<void, std::string> (*check)(std::string_view text), std::string Part::*member) {
  const auto field = field_of(member);
  return {section, name,
          [=](TargetOf<Part>& settings, const Value& value) -> Result<void, ValueError> {
            const auto* const found = std::get_if<std::string>(&value.content);
            if (found == nullptr) return Unexpected{ValueError{&value, "must be a text in quotes"}};
            if (auto good = check(*found); !good) return Unexpected{ValueError{&value, std::move(good.error())}};
            field(settings) = *found;
            return {};
          },
          [=](const TargetOf<Part>& settings) { return toml_text(field(settings)); }, copier<TargetOf<Part>>(field)};
}

/// A list of texts. `make(text, so_far)` gives one element or says what is wrong with the text; `write(element)` gives
/// the text again.
template <class Element, class Part>
BasicKey<TargetOf<Part>> list(std::string_view section, std::string_view name, std::string_view what,
                              Result<Element> (*make)(const std::string& text, const std::vector<Element>& so_far),
                              std::string (*write)(const Element& element), std::vector<Element> Part::*member) {
  const auto field = field_of(member);
  return {section, name,
          [=](TargetOf<Part>& settings, const Value& value) -> Result<void, ValueError> {
            const std::string must = "must be a list of " + std::string(what) + " in quotes";
            const auto* const elements = std::get_if<Value::List>(&value.content);
            if (elements == nullptr) return Unexpected{ValueError{&value, must}};
            std::vector<Element> made;
            for (const Value& element : *elements) {
              const auto* const found = std::get_if<std::string>(&element.content);
              if (found == nullptr) return Unexpected{ValueError{&element, must}};
              auto result = make(*found, made);
              if (!result) return Unexpected{ValueError{&element, std::move(result.error())}};
              made.push_back(std::move(*result));
            }
            field(settings) = std::move(made);
            return {};
          },
          [=](const TargetOf<Part>& settings) {
            std::vector<std::string> texts;
            for (const Element& element : field(settings)) texts.push_back(write(element));
            return toml_list(texts);
          },
          copier<TargetOf<Part>>(field)};
}

}  // namespace oneshot::settings
