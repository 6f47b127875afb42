// SPDX-License-Identifier: MIT
#include "settings/value.hpp"

#include <charconv>
#include <system_error>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

namespace oneshot::settings {

namespace {

struct Describe {
  std::string out;

  void operator()(bool value) { out = value ? "true" : "false"; }
  void operator()(std::int64_t value) { append_signed(out, value); }
  void operator()(double value) { append_number(out, value); }
  void operator()(const std::string& value) { out = '"' + printable(without_user(value)) + '"'; }
  void operator()(const Value::List&) { out = "a list"; }
  void operator()(const Value::Table&) { out = "a table"; }
  void operator()(Value::Other value) { out = value.name; }
};

}  // namespace

std::string describe(const Value& value) {
  Describe describe;
  std::visit(describe, value.content);
  return describe.out;
}

std::string toml_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

Value whole_number_or_text(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [ptr, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && ptr == end) return {number};
  return {std::string(text)};
}

}  // namespace oneshot::settings
