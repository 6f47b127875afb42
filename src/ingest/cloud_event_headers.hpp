// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::ingest {

/// What stands behind `ce-` in a header's name, in whatever case: the name of an attribute. Empty for other headers.
[[nodiscard]] std::string_view attribute_of_header(std::string_view name) noexcept;

/// Appends what the value of a `ce-` header means: without the quotes of a quoted string, percent-decoded once
/// (CloudEvents 1.0.2, HTTP protocol binding, 3.1.3.2). A percent sign that no two hexadecimal digits follow stays: the
/// JavaScript SDK encodes nothing. False if that is not UTF-8, such as an overlong form.
[[nodiscard]] bool append_header_value(std::string& out, std::string_view value);

}  // namespace oneshot::ingest
