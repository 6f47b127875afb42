// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "ctl/scrapers/scraper.hpp"

namespace oneshot::ctl {

/// What is known of one event and one scraper, at one moment of the server's clock.
struct EventCase {
  Scraper scraper;
  std::string state;               ///< of docs/api.md, "Events"
  std::string reason;              ///< of a state "dropped"
  std::int64_t since_unix_ms = 0;  ///< of the state; 0: not known
  std::int64_t came_unix_ms = 0;   ///< when the server got the event
  std::int64_t now_unix_ms = 0;
};

/// Why the scraper has not got the event, or that it has, in one sentence with what to do about it.
[[nodiscard]] std::string sentence_about(const EventCase& one);

}  // namespace oneshot::ctl
