// SPDX-License-Identifier: MIT
#include "http/coding/accept.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot::http {
namespace {

/// Takes the text before the next `separator` off `list`, one inside of a quoted string (RFC 9110 5.6.4) left alone.
std::string_view take_part(std::string_view& list, char separator) noexcept {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < list.size() && (quoted || list[at] != separator); ++at) {
    if (list[at] == '"') quoted = !quoted;
    if (list[at] == '\\' && quoted) ++at;
  }
  at = std::min(at, list.size());
  const std::string_view part = list.substr(0, at);
  list.remove_prefix(std::min(at + 1, list.size()));
  return trim_blanks(part);
}

/// Of the text behind "q=". Some clients leave out the zero before the point.
double weight_of(std::string_view text) noexcept {
  constexpr std::string_view digits_and_point = "0123456789.";
  if (text.find_first_not_of(digits_and_point) != std::string_view::npos) return 0;
  const auto weight = parse_number(text);
  return weight && *weight <= 1 ? *weight : 0;
}

}  // namespace

AcceptList::AcceptList(std::span<const Header> headers, std::string_view name) noexcept {
  for (const Header& header : headers) {
    if (!equals_ignoring_case(header.name, name)) continue;
    std::string_view list = header.value;
    while (!list.empty() && size_ < max_entries) add(take_part(list, ','));
  }
}

void AcceptList::add(std::string_view element) noexcept {
  Entry entry;
  entry.name = take_part(element, ';');
  if (entry.name.empty()) return;
  while (!element.empty()) {
    std::string_view value = take_part(element, ';');
    if (!equals_ignoring_case(take_part(value, '='), "q")) continue;
    entry.weight = weight_of(trim_blanks(value));
    break;  // a second one is not the weight
  }
  entries_[size_++] = entry;
}

bool AcceptList::names(std::string_view name) const noexcept {
  const auto entries = std::span(entries_).first(size_);
  return std::any_of(entries.begin(), entries.end(),
                     [name](const Entry& entry) { return equals_ignoring_case(entry.name, name); });
}

bool AcceptList::takes(std::string_view name) const noexcept {
  const auto entries = std::span(entries_).first(size_);
  return std::any_of(entries.begin(), entries.end(),
                     [name](const Entry& entry) { return entry.weight > 0 && equals_ignoring_case(entry.name, name); });
}

bool accepts_gzip(std::span<const Header> headers) noexcept {
  const AcceptList accept(headers, "accept-encoding");
  if (accept.names("gzip") || accept.names("x-gzip")) return accept.takes("gzip") || accept.takes("x-gzip");
  return accept.takes("*");
}

bool accepts_type(const AcceptList& accept, std::string_view type) {
  if (accept.names(type)) return accept.takes(type);
  std::string range(type.substr(0, type.find('/')));
  range += "/*";
  return accept.takes(accept.names(range) ? range : "*/*");
}

}  // namespace oneshot::http
