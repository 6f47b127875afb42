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
#include "settings/key.hpp"

/// How to make a row of the table of keys. `field` is a generic lambda that gives a reference to one member
/// of (const) Settings.
namespace oneshot::settings {

[[nodiscard]] std::string toml_text(std::string_view text);
[[nodiscard]] std::string toml_list(const std::vector<std::string>& texts);
[[nodiscard]] std::string toml_seconds(std::chrono::milliseconds duration);

[[nodiscard]] std::string must_be_whole(std::int64_t min, std::int64_t max);
[[nodiscard]] std::string must_be_seconds(double min, double max);
[[nodiscard]] std::string must_be_one_of(const std::vector<std::string_view>& words);
/// Nothing for what is no number at all.
[[nodiscard]] std::optional<double> as_number(const Value& value) noexcept;

template <class Field>
auto copier(Field field) {
  return [field](Settings& to, const Settings& from) { field(to) = field(from); };
}

/// The row of a key that only a start can change.
inline Key at_start(Key key) {
  key.live = false;
  return key;
}

template <class Field>
Key whole_number(std::string_view section, std::string_view name, std::int64_t min, std::int64_t max, Field field) {
  return {section, name,
          [=](Settings& settings, const Value& value) -> std::optional<Complaint> {
            const auto* const number = std::get_if<std::int64_t>(&value.content);
            if (number == nullptr || *number < min || *number > max) {
              return Complaint{&value, must_be_whole(min, max)};
            }
            auto& target = field(settings);
            target = static_cast<std::remove_reference_t<decltype(target)>>(*number);
            return std::nullopt;
          },
          [=](const Settings& settings) { return std::to_string(field(settings)); }, copier(field)};
}

/// Decimal seconds, kept in milliseconds.
template <class Field>
Key duration(std::string_view section, std::string_view name, double min, double max, Field field) {
  return {section, name,
          [=](Settings& settings, const Value& value) -> std::optional<Complaint> {
            const auto number = as_number(value);
            // Written so that NaN is refused as well.
            if (!number || !(*number >= min && *number <= max)) {
              return Complaint{&value, must_be_seconds(min, max)};
            }
            field(settings) = std::chrono::milliseconds(std::llround(*number * 1000));
            return std::nullopt;
          },
          [=](const Settings& settings) { return toml_seconds(field(settings)); }, copier(field)};
}

template <class Field>
Key flag(std::string_view section, std::string_view name, Field field) {
  return {section, name,
          [=](Settings& settings, const Value& value) -> std::optional<Complaint> {
            const auto* const on = std::get_if<bool>(&value.content);
            if (on == nullptr) return Complaint{&value, "must be true or false"};
            field(settings) = *on;
            return std::nullopt;
          },
          [=](const Settings& settings) -> std::string { return field(settings) ? "true" : "false"; }, copier(field)};
}

/// One of some words, each of which stands for an enumerator.
template <class Enum, class Field>
Key choice(std::string_view section, std::string_view name, std::vector<std::pair<std::string_view, Enum>> choices,
           Field field) {
  return {section, name,
          [=](Settings& settings, const Value& value) -> std::optional<Complaint> {
            const auto* const word = std::get_if<std::string>(&value.content);
            std::vector<std::string_view> words;
            for (const auto& [candidate, meaning] : choices) {
              if (word != nullptr && *word == candidate) {
                field(settings) = meaning;
                return std::nullopt;
              }
              words.push_back(candidate);
            }
            return Complaint{&value, must_be_one_of(words)};
          },
          [=](const Settings& settings) {
            for (const auto& [candidate, meaning] : choices) {
              if (field(settings) == meaning) return toml_text(candidate);
            }
            return std::string("\"\"");  // no such enumerator
          },
          copier(field)};
}

/// A text; `check` gives what it must be, or nothing if it is.
template <class Check, class Field>
Key text(std::string_view section, std::string_view name, Check check, Field field) {
  return {section, name,
          [=](Settings& settings, const Value& value) -> std::optional<Complaint> {
            const auto* const found = std::get_if<std::string>(&value.content);
            std::optional<std::string> must = found != nullptr ? check(*found) : "must be a text in quotes";
            if (must) return Complaint{&value, *std::move(must)};
            field(settings) = *found;
            return std::nullopt;
          },
          [=](const Settings& settings) { return toml_text(field(settings)); }, copier(field)};
}

/// A list of texts. `make(text, so_far)` gives the Result of one element; `write(element)` is its text again.
template <class Make, class Write, class Field>
Key list(std::string_view section, std::string_view name, std::string_view what, Make make, Write write, Field field) {
  return {section, name,
          [=](Settings& settings, const Value& value) -> std::optional<Complaint> {
            const std::string must = "must be a list of " + std::string(what) + " in quotes";
            const auto* const elements = std::get_if<Value::List>(&value.content);
            if (elements == nullptr) return Complaint{&value, must};
            std::remove_reference_t<decltype(field(settings))> made;
            for (const Value& element : *elements) {
              const auto* const found = std::get_if<std::string>(&element.content);
              if (found == nullptr) return Complaint{&element, must};
              auto result = make(*found, made);
              if (!result) return Complaint{&element, result.error()};
              made.push_back(std::move(*result));
            }
            field(settings) = std::move(made);
            return std::nullopt;
          },
          [=](const Settings& settings) {
            std::vector<std::string> texts;
            for (const auto& element : field(settings)) texts.push_back(write(element));
            return toml_list(texts);
          },
          copier(field)};
}

}  // namespace oneshot::settings
