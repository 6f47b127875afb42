// SPDX-License-Identifier: MIT
#include "settings/key/key_kinds.hpp"

#include <utility>

#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot::settings {

std::string toml_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ", ";
    out += toml_text(text);
  }
  out += ']';
  return out;
}

std::string toml_table(const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) return "{}";
  std::string out = "{ ";
  const char* between = "";
  for (const auto& [name, value] : pairs)
    out.append(std::exchange(between, ", ")).append(toml_text(name)).append(" = ").append(value);
  out += " }";
  return out;
}

std::string toml_texts(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<std::pair<std::string, std::string>> values;
  values.reserve(pairs.size());
  for (const auto& [name, text] : pairs) values.emplace_back(name, toml_text(text));
  return toml_table(values);
}

std::string same_text(const std::string& text) { return text; }

Unexpected<ValueError> wrong(const Value& value, std::string must) {
  return Unexpected{ValueError{&value, std::move(must)}};
}

Unexpected<ValueError> wrong_name(const Value& value, const std::string& name, std::string must) {
  return Unexpected{ValueError{&value, std::move(must), false, name}};
}

std::string toml_seconds(std::chrono::milliseconds duration) {
  // Not append_number, which writes 100000 as 1e+05.
  const auto ms = static_cast<std::uint64_t>(duration.count());
  std::string out;
  append_unsigned(out, ms / 1000);
  if (ms % 1000 != 0) {
    out += '.';
    append_padded(out, ms % 1000, 3);
    while (out.back() == '0') out.pop_back();
  }
  return out;
}

std::optional<double> as_number(const Value& value) noexcept {
  if (const auto* const whole = std::get_if<std::int64_t>(&value.content)) return static_cast<double>(*whole);
  if (const auto* const decimal = std::get_if<double>(&value.content)) return *decimal;
  return std::nullopt;
}

}  // namespace oneshot::settings
