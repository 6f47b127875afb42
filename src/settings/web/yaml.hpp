// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "settings/value.hpp"

namespace oneshot::settings {

/// The one document of a YAML text (YAML 1.1, as libyaml reads it), with the line of each value; an empty text is an
/// empty table. Numbers and flags are taken as go-yaml takes them: only if they stand without quotes. Aliases, anchors,
/// tags, several documents and a key that stands twice are refused, since none of them has a use in such a file and
/// each can say something else than it seems to. Errors: `FILE:LINE: ...`.
Result<Value> parse_yaml(std::string_view text, std::string_view file);

}  // namespace oneshot::settings
