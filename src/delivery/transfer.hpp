// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstdint>

namespace oneshot::delivery {

/// A reply on its way: the handle by which a newer scrape asks the connection what became of it. Implemented by `net`.
class Transfer {
 public:
  enum class State : std::uint8_t {
    settled,    ///< the receipt was told its outcome
    under_way,  ///< the peer still acknowledges: not withdrawn
  };
  virtual ~Transfer() = default;
  /// Asks the connection, on its own thread, what became of the reply, and decides where that can be decided: all
  /// acknowledged and the connection alive is delivered; no progress is a reset and not delivered. Waits at most a
  /// few hundred milliseconds. May be called from any worker; resumes there.
  virtual asio::awaitable<State> resolve() = 0;
};

}  // namespace oneshot::delivery
