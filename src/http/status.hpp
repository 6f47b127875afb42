// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace oneshot::http {

/// "Not Found" for 404 (RFC 9110 15); empty for a code that this server does not send.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace oneshot::http
