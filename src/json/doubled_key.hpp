// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "json/value.hpp"

namespace oneshot::json {

/// A name that two members of this object have, for those who must not take one of the two and drop the other. No
/// library refuses that: RFC 8259 section 4 only says that names should be unique. Allocates for objects with more than
/// 16 members.
[[nodiscard]] std::optional<std::string_view> doubled_key(const Value& object);

/// The same of all objects in a value, however deep, itself included.
[[nodiscard]] std::optional<std::string_view> doubled_key_within(const Value& value);

}  // namespace oneshot::json
