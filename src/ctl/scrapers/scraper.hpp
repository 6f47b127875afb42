// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ctl/scrapers/confirmation.hpp"
#include "json/value.hpp"

namespace oneshot::ctl {

/// A scraper as the server tells of it (docs/api.md, "Scrapers").
struct Scraper {
  struct Batch {
    std::int64_t unix_ms = 0;
    std::int64_t events = 0;
    std::string outcome;
    std::string reason;  ///< where it was not delivered
    [[nodiscard]] bool delivered() const noexcept { return outcome == "delivered"; }
    /// "delivered, 12 events"; "reset after 8192 of 120331 bytes, 12 events"
    [[nodiscard]] std::string text() const;
  };
  std::string name;
  bool named = false;   ///< one of scrapers.names
  bool shared = false;  ///< two seem to use this name
  std::int64_t waiting = 0;
  std::int64_t in_flight = 0;
  std::string held_by;  ///< of a cluster: the server that sends these
  std::int64_t delivered = 0;
  std::int64_t dropped_full = 0;
  std::int64_t dropped_refused = 0;
  double oldest_waiting_seconds = 0;
  std::int64_t last_scrape_unix_ms = 0;  ///< 0: not since the server's start
  std::optional<Batch> last_batch;
  std::optional<Confirmation> confirmation;  ///< of one that its own API confirms

  [[nodiscard]] bool holds_events() const noexcept { return confirmation && confirmation->holds_events(); }
};

/// Those of an answer with the member "scrapers".
[[nodiscard]] std::vector<Scraper> scrapers_of(const json::Value& answer);

/// "1 event", "2 events"
[[nodiscard]] std::string events_in_words(std::int64_t events);

}  // namespace oneshot::ctl
