// SPDX-License-Identifier: MIT
#include "settings/environment.hpp"

#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "settings/key.hpp"

namespace oneshot::settings {

namespace {

Value flag_or_text(std::string_view text) {
  if (equals_ignoring_case(text, "true")) return {true};
  if (equals_ignoring_case(text, "false")) return {false};
  return {std::string(text)};
}

Value lower_text(std::string_view text) { return {to_lower(text)}; }

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

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<void, std::string> apply_environment(Settings& settings, const Environment& environment) {
  for (const Variable& variable : variables) {
    const auto text = environment(variable.name);
    if (!text || text->empty()) continue;
    const auto taken = find_key(variable.section, variable.key)->set(settings, variable.read(*text));
    if (!taken) {
      return Unexpected{"environment variable " + std::string(variable.name) + " = \"" + printable(*text) +
                        "\": " + taken.error().must};
    }
  }
  return {};
}

}  // namespace oneshot::settings
