// SPDX-License-Identifier: MIT
#include "settings/sources/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <variant>

#include "base/nearest.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "settings/key/key.hpp"

namespace oneshot::settings {

namespace {

Value flag_or_text(std::string_view text) {
  if (equals_ignoring_case(text, "true")) return {true};
  if (equals_ignoring_case(text, "false")) return {false};
  return {std::string(text)};
}

Value lower_text(std::string_view text) { return {to_lower(text)}; }

/// A shorter name of one key, as the program before this one had it.
struct Variable {
  const char* name;
  std::string_view section;
  std::string_view key;
  Value (*read)(std::string_view text);
};

constexpr Variable variables[] = {
    {"PORT", "server", "port", whole_number_or_text},
    {"USE_EXPLICIT_TIMESTAMPS", "events", "use_explicit_timestamps", flag_or_text},
    {"LOG_LEVEL", "log", "level", lower_text},
};

constexpr std::string_view prefix = "ONESHOT__";

/// Two underscores between the parts: with one, Kubernetes' ONESHOT_METRICS_SERVER_PORT=tcp://... of a service of that
/// name would be a setting.
std::string variable_name(const Key& key) {
  std::string name(prefix);
  name.append(key.section).append("__").append(key.name);
  std::ranges::transform(name, name.begin(), [](char c) { return to_upper(c); });
  return name;
}

Value list_of(std::string_view text) {
  Value::List list;
  for (std::size_t comma = 0; comma != std::string_view::npos; text.remove_prefix(comma + 1)) {
    comma = text.find(',');
    list.push_back({std::string(trim_blanks(text.substr(0, comma)))});
    if (comma == std::string_view::npos) break;
  }
  return {std::move(list)};
}

Value number_or_text(std::string_view text) {
  if (const auto number = parse_number(text)) return {*number};
  return {std::string(text)};
}

/// As TOML of the same kind as the default would be read. A list has commas.
Value read_as_default(const Key& key, std::string_view text) {
  static const Settings defaults;
  const std::string usual = key.toml(defaults);
  if (usual.starts_with('[')) return list_of(text);
  if (usual.starts_with('"')) return {std::string(text)};
  if (usual == "true" || usual == "false") return flag_or_text(text);
  const Value whole = whole_number_or_text(text);
  return std::holds_alternative<std::string>(whole.content) ? number_or_text(text) : whole;
}

Result<void, std::string> apply(Settings& settings, const Key& key, std::string_view variable, std::string_view text,
                                const Value& value) {
  const auto taken = key.set(settings, value);
  if (taken) return {};
  const bool is_element = taken.error().culprit != &value;
  return Unexpected{"environment variable " + std::string(variable) + " = \"" + printable(without_user(text)) +
                    "\": " + (is_element ? "contains " + describe(*taken.error().culprit) + ": " : std::string()) +
                    taken.error().must};
}

void add_line(std::string& lines, std::string_view line) {
  if (!lines.empty()) lines += '\n';
  lines += line;
}

/// Calls visit(key, variable, text, value) for each variable that is set; the short names come first.
template <class Visit>
void for_each_set(const Environment& environment, const Visit& visit) {
  for (const Variable& variable : variables) {
    const auto text = environment(variable.name);
    if (text && !text->empty())
      visit(*find_key(variable.section, variable.key), std::string(variable.name), *text, variable.read(*text));
  }
  for (const Key& key : keys()) {
    const std::string name = variable_name(key);
    const auto text = environment(name.c_str());
    if (text && !text->empty()) visit(key, name, *text, read_as_default(key, *text));
  }
}

}  // namespace

std::vector<std::string> process_variables() {
  std::vector<std::string> names;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<void, std::string> apply_environment(Settings& settings, const Environment& environment) {
  std::string faults;
  for_each_set(environment,
               [&](const Key& key, const std::string& variable, const std::string& text, const Value& value) {
                 if (const auto taken = apply(settings, key, variable, text, value); !taken)
                   add_line(faults, taken.error());
               });
  if (!faults.empty()) return Unexpected{std::move(faults)};
  return {};
}

std::vector<std::string> used_variables(const Environment& environment) {
  std::vector<std::string> used;
  for_each_set(environment, [&](const Key&, const std::string& variable, auto&&...) { used.push_back(variable); });
  return used;
}

std::string unknown_variables(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Key& key : keys()) known.push_back(variable_name(key));
  std::string faults;
  for (const std::string& name : names) {
    if (!name.starts_with(prefix) || std::ranges::find(known, name) != known.end()) continue;
    const std::string_view near = nearest(name, {known.begin(), known.end()});
    add_line(faults, "environment variable " + printable(name) + ": there is no such setting; " +
                         (near.empty() ? "it must be ONESHOT__SECTION__KEY, such as ONESHOT__SERVER__PORT"
                                       : "did you mean " + std::string(near) + "?"));
  }
  return faults;
}

}  // namespace oneshot::settings
