// SPDX-License-Identifier: MIT
#include "app/scrape/refusals.hpp"

#include <utility>

namespace oneshot::app {

http::Reply refusal(int status, std::string message) {
  message += '\n';
  return http::Reply(status, std::move(message));
}

http::Reply busy(std::string message) {
  http::Reply reply = refusal(503, std::move(message));
  reply.retry_after_seconds = 1;
  return reply;
}

http::Reply ended_before_the_reply() {
  return refusal(
      503, "the client has left, its time was over, or the event log needed the room, before the events were ready");
}

http::Reply too_many_scrapers(std::size_t max) {
  return refusal(503, "there are " + std::to_string(max) +
                          " scrapers already, as many as scrapers.max allows; those in scrapers.names always have a "
                          "place");
}

http::Reply too_many_of_address(std::size_t max) {
  return refusal(503, "this address has a quarter of the " + std::to_string(max) +
                          " places for scrapers (scrapers.max), and the last quarter is for others; those in "
                          "scrapers.names always have a place");
}

std::string_view in_words(queue::NoBatch why) noexcept {
  switch (why) {
    case queue::NoBatch::wait_queue_full:
      return "no batch: too many scrapes of this scraper at once";
    case queue::NoBatch::unavailable:
      return "no batch: the cluster's log cannot be reached now, see /readyz";
    case queue::NoBatch::too_many_scrapers:
    case queue::NoBatch::too_many_of_origin:
    case queue::NoBatch::under_way:
    case queue::NoBatch::time_over:
    case queue::NoBatch::peer_closed:
    case queue::NoBatch::stopping:
      break;
  }
  return "no batch: the one before it is still on its way";
}

}  // namespace oneshot::app
