// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "delivery/outcome.hpp"

namespace oneshot::delivery {

/// What ended a reply that was not delivered, as its connection saw that: for people. What becomes of the batch decides
/// the outcome alone.
struct Cause {
  enum class What : std::uint8_t {
    broken,      ///< the connection: reset by the peer, or closed before the reply was whole
    deadline,    ///< the scraper's timeout was over
    superseded,  ///< a newer scrape or change of the same scraper came, and the reply did not go on
    room,        ///< the event log needed the room of its events
    stopped,     ///< the server ended the connection
  };
  What what = What::broken;
  std::uint64_t acknowledged = 0;  ///< bytes of the reply that had arrived, as far as the kernel knows; with TLS about
  std::uint64_t size = 0;          ///< bytes of its body
  bool at_once = false;            ///< a reset came within moments of the last acknowledgement
};

/// "reset after 8192 of 120331 bytes"
[[nodiscard]] std::string in_words(const Cause& cause, Outcome outcome);

}  // namespace oneshot::delivery
