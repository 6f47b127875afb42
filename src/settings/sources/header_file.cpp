// SPDX-License-Identifier: MIT
#include "settings/sources/header_file.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/grammar.hpp"
#include "settings/read_file.hpp"

namespace oneshot::settings {
namespace {

constexpr std::size_t max_header_file_bytes = 64 * 1024;
// The client writes these itself, or they would change where its answer ends.
constexpr std::array forbidden = {
    std::string_view("Host"),           std::string_view("Connection"),
    std::string_view("Content-Length"), std::string_view("Accept-Encoding"),
    std::string_view("Upgrade"),        std::string_view("Transfer-Encoding"),
};

/// Whether a line is a header that may be set; or what is wrong with it.
Result<void> check_header(std::string_view name, std::string_view value) {
  if (name.empty() || !http::token_bytes.has_all_of(name))
    return Unexpected{"must be NAME: VALUE, such as Authorization: Bearer TOKEN"};
  const auto same = [name](std::string_view other) { return equals_ignoring_case(name, other); };
  if (std::ranges::any_of(forbidden, same))
    return Unexpected{std::string(name) + " cannot be set: the server writes it itself"};
  if (value.empty()) return Unexpected{std::string(name) + " has no value"};
  if (http::control_bytes.find_in(value) != value.size())
    return Unexpected{"the value of " + std::string(name) + " has a control character"};
  return {};
}

}  // namespace

Result<Headers> parse_headers(std::string_view text, std::string_view name) {
  Headers headers;
  for (unsigned number = 1; !text.empty(); ++number) {
    std::string_view line = take_line(text);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim_blanks(line).empty() || line.starts_with('#')) continue;
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view header = line.substr(0, colon);
    const std::string_view value = trim_blanks(line.substr(std::min(colon + 1, line.size())));
    const auto good = colon == line.size() ? check_header("", "") : check_header(header, value);
    if (!good) return Unexpected{printable(name, 1024) + ':' + std::to_string(number) + ": " + good.error()};
    headers.emplace_back(header, value);
  }
  return headers;
}

Result<Headers> read_header_file(const std::string& path) {
  const Result<std::string> text = read_regular_file(path, max_header_file_bytes);
  if (!text) return Unexpected{text.error()};
  return parse_headers(*text, path);
}

}  // namespace oneshot::settings
