// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "ctl/call.hpp"

namespace oneshot::ctl {

/// A path with its query, put together.
class Query {
 public:
  explicit Query(std::string path) : text_(std::move(path)) {}

  Query& add(std::string_view name, std::string_view value);
  /// `name` as the option --name says, if it is there.
  Query& add_option(const Call& call, std::string_view name);
  /// One more part of the path; before any parameter.
  Query& add_segment(std::string_view segment);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  bool has_parameters_ = false;
};

}  // namespace oneshot::ctl
