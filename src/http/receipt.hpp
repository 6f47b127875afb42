// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstdint>
#include <memory>

#include "base/outcome.hpp"

namespace oneshot::http {

/// A reply on its way, as those see it who wait for its outcome: the way back from a receipt to its connection.
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
  virtual asio::awaitable<State> settle() = 0;
};

/// Told by the connection what becomes of a reply. All calls come on the connection's own thread, in this order,
/// each at most once; on_settled always comes (on_handed_over does not where the reply is cut short).
class Receipt {
 public:
  virtual ~Receipt() = default;
  /// Its first byte is about to be written.
  virtual void on_started(std::shared_ptr<Transfer> transfer) = 0;
  /// Its last byte was handed to the kernel: the body source has been read to its end and destroyed. `nothing_unread`:
  /// no input waits, which would make the kernel throw the reply away, if this program were killed now.
  virtual void on_handed_over(bool nothing_unread) = 0;
  virtual void on_settled(Outcome outcome) = 0;
};

}  // namespace oneshot::http
