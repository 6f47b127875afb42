// SPDX-License-Identifier: MIT
#include "ctl/server/api.hpp"

#include <utility>

#include "ctl/server/refusal.hpp"

namespace oneshot::ctl {

Result<json::Value> Api::ask(const std::string& method, const std::string& path) {
  auto answer = http_.ask({method, path});
  if (!answer) return Unexpected{answer.error().why};
  if (answer->status != 200) return Unexpected{refusal_of(*answer)};
  body_ = std::move(answer->body);
  auto value = parser_.parse(body_);
  if (!value) return Unexpected{http_.target().url + path + " does not answer as this server does: " + value.error()};
  return value;
}

std::string Api::last_body() const { return body_.ends_with('\n') ? body_ : body_ + '\n'; }

}  // namespace oneshot::ctl
