// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "app/context.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "http/handler.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Whether the request is a CloudEvent for the hook that maps these. `headers` are those of a POST /event that is no
/// plain form.
[[nodiscard]] bool is_for_cloud_event_hook(const Context& context, const http::Request& request,
                                           const PostHeaders& headers) noexcept;

/// POST /event with a CloudEvent that the hook maps. 200 is without a body, as for every event, also where the hook
/// ignored it or made several: Knative's broker takes any other body for a failure.
[[nodiscard]] http::Answer post_cloud_event(Context& context, const http::Request& request, const PostHeaders& headers,
                                            std::string_view metric);

}  // namespace oneshot::app
