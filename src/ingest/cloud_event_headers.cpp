// SPDX-License-Identifier: MIT
#include "ingest/cloud_event_headers.hpp"

#include <cstddef>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace oneshot::ingest {
namespace {

bool is_quoted(std::string_view value) noexcept {
  return value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
}

}  // namespace

std::string_view attribute_of_header(std::string_view name) noexcept {
  constexpr std::string_view prefix = "ce-";
  if (!equals_ignoring_case(name.substr(0, prefix.size()), prefix)) return {};
  return name.substr(prefix.size());
}

bool append_header_value(std::string& out, std::string_view value) {
  const std::size_t begin = out.size();
  const bool quoted = is_quoted(value);
  if (quoted) value = value.substr(1, value.size() - 2);
  while (!value.empty()) {
    if (quoted && value.size() > 1 && value.front() == '\\') {
      out += value[1];
      value.remove_prefix(2);
    } else if (value.front() == '%' && append_percent_decoded(out, value.substr(0, 3), false)) {
      value.remove_prefix(3);
    } else {
      out += value.front();
      value.remove_prefix(1);
    }
  }
  return valid_utf8(std::string_view(out).substr(begin));
}

}  // namespace oneshot::ingest
