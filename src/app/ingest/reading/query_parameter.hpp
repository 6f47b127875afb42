// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"

namespace oneshot::app {

/// What a query says beside the event's parameters.
struct SplitQuery {
  std::optional<std::string> value;  ///< decoded; nothing: the query has no such parameter
  std::string rest;                  ///< the query without it, still encoded
};

/// Takes the parameter of that name, as it is written, out of a query. Refused: given twice, or badly encoded.
[[nodiscard]] Result<SplitQuery, event::Rejection> take_parameter(std::string_view query, std::string_view name);

}  // namespace oneshot::app
