// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "delivery/cause.hpp"
#include "delivery/outcome.hpp"
#include "delivery/reader.hpp"
#include "delivery/transfer.hpp"

namespace oneshot::delivery {

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
  /// Whether on_acknowledged() is wanted, which costs looks at the connection: the kernel tells no program of it.
  [[nodiscard]] virtual bool wants_acknowledged() const noexcept { return false; }
  /// After on_handed_over(), where the outcome is not known yet: the peer's kernel has all of the reply.
  virtual void on_acknowledged() {}
  /// Before on_settled(): the peer had acknowledged all a while ago, and the connection was reset then.
  virtual void on_idle_reset() {}
  /// Before on_settled() with another outcome than delivered.
  virtual void on_failed(const Cause& /*cause*/) {}
  virtual void on_settled(Outcome outcome) = 0;
};

}  // namespace oneshot::delivery
