// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ingest/hooks/payload.hpp"
#include "ingest/hooks/reference.hpp"

namespace oneshot::ingest {

/// A text with holes that a hook's request fills:
///
///     github_{header:X-GitHub-Event}      {/ref|strip:refs/heads/|lower}      {body:/groupLabels/team}
///
/// A hole names one text, number, true or false (Reference), then filters, each behind a bar: `strip:TEXT` takes TEXT
/// from the beginning, where it stands there; `lower` makes ASCII letters small. What is missing, null, an object or a
/// list fills its hole with nothing. `{{` is a brace, and a `}` outside of a hole is itself. A name in a hole cannot
/// have `}` or `|`. A template is immutable: any thread.
class Template {
 public:
  /// Empty.
  Template() = default;
  /// The error is one line that begins with the place: `character 9: there is no filter "lowr": ...`.
  [[nodiscard]] static Result<Template> parse(std::string_view text);
  /// A template that is one hole.
  explicit Template(Reference reference);

  /// Appends the text for this request. False if a hole was filled with nothing; of holes that stand side by side, with
  /// no text between them, one is enough: `{/a}{/b}` is how a mapping says "or".
  bool append(std::string& out, const Payload& payload) const;

  [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }
  /// Without a hole: the same text for every request.
  [[nodiscard]] bool is_fixed() const noexcept { return holes_ == 0; }

 private:
  struct Filter {
    bool lower = false;  // else strip
    std::string strip;
  };
  struct Part {
    std::string text;  // goes out as it is, before the hole
    bool has_hole = false;
    Reference reference;
    std::vector<Filter> filters;
  };

  static Result<Filter> parse_filter(std::string_view text);
  static Result<Part> parse_hole(std::string_view inside, std::string_view& fault_at);
  static void filter(std::string& out, std::size_t from, const std::vector<Filter>& filters);

  std::vector<Part> parts_;
  std::size_t holes_ = 0;
};

}  // namespace oneshot::ingest
