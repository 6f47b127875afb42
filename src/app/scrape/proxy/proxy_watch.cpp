// SPDX-License-Identifier: MIT
#include "app/scrape/proxy/proxy_watch.hpp"

#include <utility>

#include "base/log.hpp"

namespace oneshot::app {

bool ProxyWatch::first_time(std::string_view scraper) {
  const std::lock_guard lock(mutex_);
  Known* const one = known(scraper);
  return one != nullptr && !std::exchange(one->named, true);
}

delivery::Outcome ProxyWatch::outcome_of(std::string_view scraper, delivery::Outcome outcome) {
  {
    const std::lock_guard lock(mutex_);
    Known* const one = known(scraper);
    if (one == nullptr) return outcome;
    const bool reset = outcome == delivery::Outcome::unconfirmed;
    const bool before = std::exchange(one->reset_once, reset && !one->reset_once);
    if (!reset || !before) return outcome;
    if (one->way == Way::in_doubt) one->way = Way::by_relay;
  }
  log::warn(
      "the connection was reset at once, twice in a row, after the whole reply had been acknowledged: taken for a "
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
