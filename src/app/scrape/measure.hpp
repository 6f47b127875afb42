// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <memory>

#include "app/scrape/scrape.hpp"
#include "app/scrape/text/batch_text.hpp"
#include "delivery/waiting.hpp"
#include "queue/batch.hpp"

namespace oneshot::app {

/// The text of these events as this scrape goes out: merged, or with timestamps, by time or by series.
std::unique_ptr<EventText> event_text(const Scrape& scrape, const queue::Batch& events);

/// The first pass over the text, in steps between which other connections of the worker run. False: nobody waits for
/// this text any more, or its events have to make room.
asio::awaitable<bool> measure(const Scrape& scrape, EventText& text, const SharedLease& lease,
                              delivery::Waiting& waiting);

}  // namespace oneshot::app
