// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "http/reply.hpp"

namespace oneshot::http {

/// What a client that sent `Expect: 100-continue` waits for before it sends the body.
inline constexpr std::string_view continue_reply = "HTTP/1.1 100 Continue\r\n\r\n";

/// What stands before an id in a head.
inline constexpr std::string_view event_id_name = "Event-Id: ";

struct HeadOptions {
  bool head_request = false;  ///< the request was HEAD: no body will follow
  bool keep_alive = true;     ///< the connection lives on after this reply
  bool http10 = false;        ///< the request was HTTP/1.0, where living on must be said
  std::string_view date{};    ///< from HttpDate
  std::string_view more{};    ///< whole lines that every reply has
};

/// Whether the text is nothing, or whole header lines: "Name: value\r\n" each, without any other control byte.
[[nodiscard]] bool are_header_lines(std::string_view text) noexcept;

/// Appends status line and headers up to and with the empty line. Content-Length is always there, also as 0,
/// but for one case: the reply to a HEAD with neither body nor source leaves it out, for what GET would send
/// is then unknown (RFC 9110 8.6 allows that).
void append_head(std::string& out, const Reply& reply, const HeadOptions& options);

}  // namespace oneshot::http
