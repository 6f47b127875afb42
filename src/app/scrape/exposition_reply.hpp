// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/scrape/scrape.hpp"
#include "http/reply.hpp"

namespace oneshot::app {

/// 200 with the headers of an exposition and no body yet.
http::Reply exposition_reply(const Scrape& scrape);

/// The program's own metrics, as they stand in an exposition with so many events.
std::string own_metrics(const Scrape& scrape, std::uint64_t events);

/// A whole exposition without events; `why` in its first line says why. `number` is that of the exposition; 0 for one
/// that is no scrape.
http::Reply without_batch(const Scrape& scrape, std::string_view why, std::uint64_t number);

/// The number of an exposition without a batch; 0 where the scraper is not known yet.
std::uint64_t next_number(const Scrape& scrape);

/// "1 event", "2 events".
std::string events_in_words(std::uint64_t count);

}  // namespace oneshot::app
