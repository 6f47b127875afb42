// SPDX-License-Identifier: MIT
#include "app/ingest/reading/query_parameter.hpp"

#include <algorithm>
#include <cstddef>

#include "base/percent.hpp"
#include "event/rejection.hpp"

namespace oneshot::app {

Result<SplitQuery, event::Rejection> take_parameter(std::string_view query, std::string_view name) {
  SplitQuery split;
  for (std::size_t number = 1; !query.empty();) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    const std::size_t name_end = one.find('=');
    if (name_end == std::string_view::npos || one.substr(0, name_end) != name) {
      if (!split.rest.empty()) split.rest += '&';
      split.rest += one;
    } else {
      if (split.value) return Unexpected{event::given_twice(name)};
      if (!append_percent_decoded(split.value.emplace(), one.substr(name_end + 1), true))
        return Unexpected{event::bad_encoding(number, one)};
    }
    if (!one.empty()) ++number;
  }
  return split;
}

}  // namespace oneshot::app
