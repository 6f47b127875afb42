// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "queue/batch.hpp"

namespace oneshot::queue {

/// The events of a delivered batch whose proof may yet be revoked: a store has shown them, and may lose them again.
/// They stay in the log until this is destroyed, or until the log needs the room: before an event that waits is
/// dropped, and before all kept ones hold more than a quarter of the log. Any thread, one at a time.
class Kept {
 public:
  virtual ~Kept() = default;
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  /// That of the delivery.
  [[nodiscard]] virtual std::uint64_t number() const noexcept = 0;
  /// The number of events.
  [[nodiscard]] virtual std::uint64_t count() const noexcept = 0;
  /// The events, with the EventRefs that they had in their batch; null once the log has needed the room, and where
  /// there are none.
  [[nodiscard]] virtual std::unique_ptr<Batch> open() = 0;
  /// The events go out again, before newer ones and after those of an earlier call; what still waits from an earlier
  /// call does so once. The keeping goes on. False: the log has needed the room, and there is no way back.
  virtual bool send_again() = 0;
  /// Only these, in any order.
  virtual bool send_again(std::span<const EventRef> events) = 0;

 protected:
  Kept() = default;
};

}  // namespace oneshot::queue
