// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "app/context.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "base/result.hpp"
#include "event/event.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// The body without its Content-Encoding, which may be gzip, and may unfold to `limit` bytes. Lives until the next
/// call, or until let_go_of_body().
[[nodiscard]] Result<std::string_view, event::Rejection> plain_body(Context& context, const http::Request& request,
                                                                    const PostHeaders& headers, std::size_t limit);

/// Gives the memory of a large body back.
void let_go_of_body(Context& context) noexcept;

/// As refuse(), and says beside a 415 what a body may be compressed with (RFC 7694 section 3).
[[nodiscard, gnu::cold]] http::Reply refuse_body(Context& context, const http::Request& request,
                                                 event::Rejection rejection);

}  // namespace oneshot::app
