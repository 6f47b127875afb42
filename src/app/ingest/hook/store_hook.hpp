// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "app/context.hpp"
#include "http/handler.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Puts the events of Context::batch, which are those of a hook's request, into the log, all or none, and answers the
/// request: 200 with their numbers once they are there. An id that came with another event before is a duplicate too:
/// the mapping was changed in between, and the sender is not to blame. What a repeat may mend is 503, since senders
/// take every 4xx for final.
[[nodiscard]] http::Answer store_hook(Context& context, const http::Request& request, const std::string& hook,
                                      std::size_t ignored);

/// Counts and says that nothing of a request was stored.
[[nodiscard, gnu::cold]] http::Reply refuse_hook(Context& context, const http::Request& request,
                                                 const std::string& hook, event::Rejection rejection);

}  // namespace oneshot::app
