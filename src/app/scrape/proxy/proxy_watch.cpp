// SPDX-License-Identifier: MIT
#include "app/scrape/proxy/proxy_watch.hpp"

#include <utility>

#include "base/log.hpp"

namespace oneshot::app {

namespace {

// Resets in a row that are a relay's.
constexpr unsigned of_an_unknown_way = 2;
constexpr unsigned of_a_known_way = 5;

}  // namespace

bool ProxyWatch::first_time(std::string_view scraper) {
  const std::lock_guard lock(mutex_);
  Known* const one = known(scraper);
  return one != nullptr && !std::exchange(one->named, true);
}

delivery::Outcome ProxyWatch::outcome_of(std::string_view scraper, delivery::Outcome outcome, bool at_once) {
  {
    const std::lock_guard lock(mutex_);
    Known* const one = known(scraper);
    if (one == nullptr) return outcome;
    if (outcome != delivery::Outcome::unconfirmed || !at_once) {
      one->resets = 0;
      one->ended_in_order |= outcome == delivery::Outcome::delivered && one->way == Way::in_doubt;
      return outcome;
    }
    if (++one->resets < (one->ended_in_order ? of_a_known_way : of_an_unknown_way)) return outcome;
    one->resets = 0;
    one->ended_in_order = false;
    if (one->way == Way::in_doubt) one->way = Way::by_relay;
  }
  log::warn(
      "the connection was reset at once, several times in a row, after the whole reply had been acknowledged: taken "
      "for a "
      "proxy or relay that closes so, and the events for delivered. Let the scraper come directly; behind HAProxy set "
      "`option forwardfor`, or drop `option http-server-close` and `option httpclose`",
      {{"scraper", scraper}});
  return delivery::Outcome::delivered;
}

void ProxyWatch::was_reset_idle(std::string_view scraper) {
  {
    const std::lock_guard lock(mutex_);
    Known* const one = known(scraper);
    if (one == nullptr || one->way != Way::direct) return;
    one->way = Way::in_doubt;
  }
  log::info(
      "the connection was reset a while after the reply had arrived: the scraper was stopped, or something on the way "
      "ends idle connections. The events go out again, and from now on each reply with events ends its "
      "connection, so that its end tells what became of them",
      {{"scraper", scraper}});
}

ProxyWatch::Way ProxyWatch::way_of(std::string_view scraper) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(scraper);
  return found == known_.end() ? Way::direct : found->second.way;
}

ProxyWatch::Known* ProxyWatch::known(std::string_view scraper) {
  const auto found = known_.find(scraper);
  if (found != known_.end()) return &found->second;
  if (known_.size() >= max_scrapers) return nullptr;
  return &known_[std::string(scraper)];
}

}  // namespace oneshot::app
