// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "ctl/call.hpp"

namespace oneshot::ctl {

/// An event as it is typed: `type=deploy service=checkout`, perhaps with the name of a metric among it.
struct TypedEvent {
  std::string metric;                                       ///< empty: the server's default metric
  std::vector<std::pair<std::string, std::string>> fields;  ///< labels, and `value` and `time`, which the server knows

  void add(std::string_view name, std::string_view value) { fields.emplace_back(name, value); }
  /// /event or /event/METRIC
  [[nodiscard]] std::string path() const;
  /// The body, application/x-www-form-urlencoded.
  [[nodiscard]] std::string form() const;
};

/// Errors say what to write instead. What a label may be called the server knows best, and says.
[[nodiscard]] Result<TypedEvent> read_event(Call::Texts words);

}  // namespace oneshot::ctl
