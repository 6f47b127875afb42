// SPDX-License-Identifier: MIT
#include "settings/header_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/byte_set.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "settings/read_file.hpp"

namespace oneshot::settings {
namespace {

constexpr std::size_t max_file_bytes = 64 * 1024;
// The client writes these itself, or they would change where its answer ends.
constexpr std::array forbidden = {
    std::string_view("Host"),           std::string_view("Connection"),
    std::string_view("Content-Length"), std::string_view("Accept-Encoding"),
    std::string_view("Upgrade"),        std::string_view("Transfer-Encoding"),
};

/// RFC 9110 5.6.2.
bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

/// What is wrong with a line; nothing if it is a header.
std::string fault_of(std::string_view name, std::string_view value) {
  if (!is_token(name)) return "must be NAME: VALUE, such as Authorization: Bearer TOKEN";
  const auto same = [name](std::string_view other) { return equals_ignoring_case(name, other); };
  if (std::ranges::any_of(forbidden, same)) return std::string(name) + " cannot be set: the server writes it itself";
  if (value.empty()) return std::string(name) + " has no value";
  if (!is_value(value)) return "the value of " + std::string(name) + " has a control character";
  return {};
}

}  // namespace

Result<Headers> parse_headers(std::string_view text, std::string_view name) {
  Headers headers;
  for (unsigned number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim_blanks(line).empty() || line.starts_with('#')) continue;
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view header = line.substr(0, colon);
    const std::string_view value = trim_blanks(line.substr(std::min(colon + 1, line.size())));
    std::string fault = colon == line.size() ? fault_of("", "") : fault_of(header, value);
    if (!fault.empty()) return Unexpected{printable(name, 1024) + ':' + std::to_string(number) + ": " + fault};
    headers.emplace_back(header, value);
  }
  return headers;
}

Result<Headers> read_header_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return unreadable(path, errno);
  if (!S_ISREG(info.st_mode)) return Unexpected{printable(path, 1024) + ": must be a file"};
  const Result<std::string> text = read_to_end(file.get(), path, max_file_bytes);
  if (!text) return Unexpected{text.error()};
  return parse_headers(*text, path);
}

}  // namespace oneshot::settings
