// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace oneshot::http {

/// "Not Found" for 404 (RFC 9110 15); empty for a code that this server does not send.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// What a client that sent `Expect: 100-continue` waits for before it sends the body.
inline constexpr std::string_view continue_reply = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace oneshot::http
