// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "delivery/outcome.hpp"
#include "delivery/transfer.hpp"

namespace oneshot::delivery {

/// What a request says about the one that reads its reply.
struct Reader {
  bool by_proxy = false;                       ///< a proxy asks: it resets connections for reasons of its own
  SteadyTime may_give_up = SteadyTime::max();  ///< from here on the reader's own timeout may be over
};

/// Told by the connection what becomes of a reply. All calls come on the connection's own thread, in this order,
/// each at most once; on_settled always comes (on_handed_over does not where the reply is truncated).
class Receipt {
 public:
  virtual ~Receipt() = default;
  /// Asked once, before anything is told.
  [[nodiscard]] virtual Reader reader() const noexcept { return {}; }
  /// The first byte is about to be written.
  virtual void on_started(std::shared_ptr<Transfer> transfer) = 0;
  /// The last byte was handed to the kernel: the body source has been read to its end and destroyed. `nothing_unread`:
  /// no input waits, which would make the kernel throw the reply away, if this program were killed now.
  virtual void on_handed_over(bool nothing_unread) = 0;
  virtual void on_settled(Outcome outcome) = 0;
};

}  // namespace oneshot::delivery
