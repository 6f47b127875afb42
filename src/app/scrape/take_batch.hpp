// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>

#include "app/scrape/scrape.hpp"
#include "delivery/waiting.hpp"

namespace oneshot::app {

/// Waits for the turn of this scrape, takes the next batch of its scraper, and makes the reply with it; or the reply
/// that says why there is none. Where the scraper's own API confirms deliveries, the scrape first waits a moment for
/// what that API says about the batch before.
asio::awaitable<UncompressedReply> take_batch(const Scrape& scrape, delivery::Waiting& waiting);

}  // namespace oneshot::app
