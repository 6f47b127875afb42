// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace oneshot::yaml {

/// A value of a document that others wrote, as go-yaml reads it: what an alias names is the value itself, `<<` in a
/// table brings the members of another one. Tags are passed over.
struct Node {
  enum class Kind : std::uint8_t { text, list, table };
  using Shared = std::shared_ptr<const Node>;

  Kind kind = Kind::text;
  unsigned line = 0;  ///< from 1; of a member: the line of its key
  std::string text = {};
  bool plain = false;  ///< a text without quotes: `true`, `15` and `~` are no texts
  std::vector<Shared> elements = {};
  std::vector<std::pair<std::string, Shared>> members = {};  ///< in the order of the text

  /// Null: there is none.
  [[nodiscard]] const Node* member(std::string_view name) const noexcept;
};

/// The first document of a text; an empty text is an empty table. Errors: `FILE:LINE: not valid YAML: …`; nested deeper
/// than 64; an alias of nothing.
[[nodiscard]] Result<Node::Shared> parse_document(std::string_view text, std::string_view file);

}  // namespace oneshot::yaml
