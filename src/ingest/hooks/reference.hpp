// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace oneshot::ingest {

/// One thing in the request of a hook that a template or a condition names.
struct Reference {
  enum class Of : std::uint8_t {
    element,  ///< `/pointer`: in the element of the list that the hook's `each` names; without `each` in the body
    body,     ///< `body:/pointer`: in the whole body
    header,   ///< `header:Name`
  };
  Of of = Of::element;
  std::string name;  ///< the JSON pointer (RFC 6901), or the header's name

  friend bool operator==(const Reference&, const Reference&) = default;
};

/// The error is one line, and says what is allowed.
[[nodiscard]] Result<Reference> parse_reference(std::string_view text);

/// The same for what can only lie in the JSON of the body: no header.
[[nodiscard]] Result<Reference> parse_json_reference(std::string_view text);

/// Whether a text is a JSON pointer: empty, or a slash before each step, and `~` in ~0 and ~1 only.
[[nodiscard]] Result<void> check_pointer(std::string_view text);

}  // namespace oneshot::ingest
