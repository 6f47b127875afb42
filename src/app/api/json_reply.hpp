// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "http/handler.hpp"
#include "http/reply.hpp"

namespace oneshot::app {

/// 200 with this text of JSON, which nobody may answer from a cache.
[[nodiscard]] http::Reply json_reply(std::string text);
/// `{"error":"…"}` with this status.
[[nodiscard]] http::Reply json_error(int status, std::string_view message);

/// What refuses a request elsewhere says so in plain text: the same words as JSON, for programs that read nothing else.
/// Whatever is no refusal stays as it is, and headers stay too.
[[nodiscard]] http::Answer in_json(http::Answer answer);

}  // namespace oneshot::app
