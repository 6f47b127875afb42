// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "ctl/server/http.hpp"
#include "json/parser.hpp"

namespace oneshot::ctl {

/// What a server answers as JSON (docs/api.md; Prometheus too). An answer lives until the next question.
class Api {
 public:
  explicit Api(Target target) : http_(std::move(target)), parser_(longest_answer) {}

  /// Errors: no answer, a refusal in the server's words, an answer that is no JSON.
  Result<json::Value> ask(const std::string& method, const std::string& path);
  Result<json::Value> get(const std::string& path) { return ask("GET", path); }

  /// The last answer as it came, with a line end.
  [[nodiscard]] std::string last_body() const;

 private:
  static constexpr std::size_t longest_answer = std::size_t{64} << 20;
  Http http_;
  json::Parser parser_;
  std::string body_;
};

}  // namespace oneshot::ctl
