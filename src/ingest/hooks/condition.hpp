// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ingest/hooks/payload.hpp"
#include "ingest/hooks/template.hpp"

namespace oneshot::ingest {

/// One line of a hook's `when`: a text of the request must be one of those that are allowed.
class Condition {
 public:
  /// `subject` is what stands in a hole of a template (`/action`, `header:X-GitHub-Event`), or, if it has a brace, a
  /// template: `{/object_kind} {/status}`.
  [[nodiscard]] static Result<Condition> make(std::string_view subject, std::vector<std::string> allowed);

  /// What is missing reads as an empty text.
  [[nodiscard]] bool holds(const Payload& payload) const;
  /// Why it does not hold: `/action is "created"; when allows "completed", "published"`.
  [[nodiscard]] std::string explain(const Payload& payload) const;

 private:
  [[nodiscard]] std::string found(const Payload& payload) const;

  std::string subject_;
  Template template_;
  std::vector<std::string> allowed_;
};

}  // namespace oneshot::ingest
