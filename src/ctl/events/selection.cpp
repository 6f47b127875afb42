// SPDX-License-Identifier: MIT
#include "ctl/events/selection.hpp"

#include "base/text.hpp"

namespace oneshot::ctl {

Result<Query> events_query(const Call& call) {
  Query query("/api/v1/events");
  for (const std::string_view word : call.words()) {
    const std::size_t equals = word.find('=');
    if (equals == 0 || equals == std::string_view::npos)
      return Unexpected{quoted(word) + ": must be label=value, which the events must have"};
    query.add("label." + std::string(word.substr(0, equals)), word.substr(equals + 1));
  }
  query.add_option(call, "scraper").add_option(call, "metric");
  return query;
}

}  // namespace oneshot::ctl
