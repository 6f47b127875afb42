// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::ingest {

/// Appends what the value of a `ce-` header means: without the quotes of a quoted string, percent-decoded once
/// (CloudEvents 1.0.2, HTTP protocol binding, 3.1.3.2). A percent sign that no two hexadecimal digits follow stays: the
/// JavaScript SDK encodes nothing. False if that is not UTF-8, such as an overlong form.
[[nodiscard]] bool append_header_value(std::string& out, std::string_view value);

}  // namespace oneshot::ingest
