// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/url.hpp"

namespace oneshot::net {

/// Whom to ask, and how.
struct HttpServer {
  Url url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< sent with each request; secrets, never shown
  std::chrono::milliseconds timeout = std::chrono::seconds(1);
};

/// Why there is no answer.
struct HttpError {
  std::string text;        ///< what, where, and what to do instead
  int status = 0;          ///< of an answer other than 200; 0: there was none
  bool too_large = false;  ///< the body is longer than was wanted
};

/// One GET: looks the host up, connects, sends, and reads the answer, on a connection of its own, all within the
/// timeout. The body if the status is 200 (RFC 9112; chunked, with a length, or up to the end of the connection), at
/// most `max_bytes` long. Follows no redirect: a secret header is for the server that the config names. Runs on
/// `executor`, which is one thread's; names are looked up on a thread of Asio's own.
asio::awaitable<Result<std::string, HttpError>> http_get(asio::any_io_executor executor, HttpServer server,
                                                         std::string path_and_query, std::size_t max_bytes);

}  // namespace oneshot::net
