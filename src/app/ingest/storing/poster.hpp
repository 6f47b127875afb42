// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "http/request.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// Who stores the events of this request, as the queue knows posters: behind a trusted proxy the client that the proxy
/// saw.
[[nodiscard]] inline queue::Poster poster_of(const Context& context, const http::Request& request) {
  const Options& options = *context.options;
  if (options.trusted_proxies.empty()) [[likely]]
    return {context.worker, request.peer.site()};
  return {context.worker, find_origin(request, options).address.site()};
}

}  // namespace oneshot::app
