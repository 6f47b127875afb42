// SPDX-License-Identifier: MIT
#include "ctl/server/query.hpp"

#include <algorithm>

#include "base/percent.hpp"

namespace oneshot::ctl {

Query& Query::add(std::string_view name, std::string_view value) {
  text_ += std::exchange(has_parameters_, true) ? '&' : '?';
  append_percent_encoded(text_, name);
  text_ += '=';
  append_percent_encoded(text_, value);
  return *this;
}

Query& Query::add_option(const Call& call, std::string_view name) {
  const auto value = call.value_of("--" + std::string(name));
  return value ? add(name, *value) : *this;
}

/// A colon may stand in a path as it is (RFC 3986 section 3.3), and the server takes a name only so.
Query& Query::add_segment(std::string_view segment) {
  text_ += '/';
  for (std::size_t begin = 0; begin <= segment.size();) {
    const std::size_t colon = std::min(segment.find(':', begin), segment.size());
    append_percent_encoded(text_, segment.substr(begin, colon - begin));
    if (colon < segment.size()) text_ += ':';
    begin = colon + 1;
  }
  return *this;
}

}  // namespace oneshot::ctl
