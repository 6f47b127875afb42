// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/reply.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// The reply to a scrape that is not let in, with the reason in words. Not inline, since GCC 12 then warns of an
/// overflow in the move of a short text that cannot be there.
[[gnu::noinline]] http::Reply refusal(int status, std::string message);
/// 503: what there is too much of at the moment is free again soon.
http::Reply busy(std::string message);
/// 503: nobody waits for this scrape any more, or what it would have had must make room.
http::Reply ended_before_the_reply();
/// 503: there are as many scrapers as scrapers.max allows, which is `max`.
http::Reply too_many_scrapers(std::size_t max);
/// 503: likewise, and a quarter of those, which is its share, has the address of this one.
http::Reply too_many_of_address(std::size_t max);

/// For the first line of a scrape that is let in and gets no batch: why.
std::string_view in_words(queue::NoBatch why) noexcept;

}  // namespace oneshot::app
