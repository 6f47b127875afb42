// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace oneshot::confirm {

/// One scraper's numbers at one moment; the names are those of the own metrics.
struct Statistics {
  std::string scraper;
  std::uint64_t confirmed = 0;         ///< batches that the API showed
  std::uint64_t refuted_refused = 0;   ///< batches that it will never show: over a limit of the scraper
  std::uint64_t refuted_absent = 0;    ///< for another reason
  std::uint64_t refuted_vanished = 0;  ///< batches that it showed, and does not any more
  std::uint64_t events_refused = 0;    ///< single events that are not stored though their batch is, twice
  bool up = false;                     ///< it answered the last question
  bool active = false;                 ///< its answers decide, not TCP
};

}  // namespace oneshot::confirm
