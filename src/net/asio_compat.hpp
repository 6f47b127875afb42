// SPDX-License-Identifier: MIT
#pragma once

#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>
#if ASIO_VERSION >= 102300
#include <asio/as_tuple.hpp>
#else
#include <asio/experimental/as_tuple.hpp>
#endif

/// The differences between Asio versions, in one place: as_tuple left `experimental` in 1.23.
namespace oneshot::net {

#if ASIO_VERSION >= 102300
using asio::as_tuple;
#else
using asio::experimental::as_tuple;
#endif

/// I/O never throws here: `auto [error, n] = co_await socket.async_read_some(buffer, nothrow);`
inline constexpr auto nothrow = as_tuple(asio::use_awaitable);

}  // namespace oneshot::net
