// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <chrono>

#include "app/scrape/scrape.hpp"
#include "delivery/waiting.hpp"
#include "http/reply.hpp"

namespace oneshot::app {

/// How long a client that only looks may take from its request to the last byte: meanwhile the log keeps what is shown.
inline constexpr std::chrono::seconds longest_peek{5};

/// What this scraper would get, without taking anything. Few peeks are answered at once, each has less time to be read
/// where others wait for their turn, and none shows events where memory is short or the log is nearly full.
asio::awaitable<http::Reply> peek(const Scrape& scrape, delivery::Waiting& waiting);

}  // namespace oneshot::app
