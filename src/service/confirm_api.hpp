// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <memory>

#include "confirm/api.hpp"
#include "confirm/options.hpp"

namespace oneshot::service {

/// The API of a scraper on sockets. Its coroutines run on `executor`, which is one thread's. The options have been
/// checked.
[[nodiscard]] std::shared_ptr<confirm::Api> http_api(asio::any_io_executor executor, const confirm::Options& options);

}  // namespace oneshot::service
