// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

inline constexpr std::string_view ui_path = "/ui";

/// GET /ui/: the page, and GET /ui/NAME what it needs. Nothing of it says anything about events: that asks the page
/// itself, by the API. /ui without its slash leads there, since the page's addresses are relative.
http::Answer get_page(Context& context, const http::Request& request, delivery::Waiting& waiting);
/// GET /api/v1/openapi.yaml: what the API takes and answers.
http::Answer get_openapi(Context& context, const http::Request& request, delivery::Waiting& waiting);

/// 302 to `where`, which is relative to the path of the request.
[[nodiscard]] http::Reply lead_to(std::string_view where);

}  // namespace oneshot::app
