// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace oneshot::app {

/// What the query of a request to the API says. Errors name the parameter and the ones that there are.
class ApiQuery {
 public:
  /// `known`: the names that may be given, each once; one that ends in a dot stands for all that begin so
  /// (`label.type`), which may be repeated.
  [[nodiscard]] static Result<ApiQuery> parse(std::string_view query, const std::vector<std::string_view>& known);

  /// Decoded; data() is null where the query has no such parameter.
  [[nodiscard]] std::string_view find(std::string_view name) const noexcept;
  /// Those that begin with `prefix`: the rest of their names, and their values.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> all_with(std::string_view prefix) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace oneshot::app
