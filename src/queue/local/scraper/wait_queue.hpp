// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "delivery/one_shot_event.hpp"

namespace oneshot::queue {

/// The scrapes of one scraper that wait for its next batch, first come, first served. Only the first one can get
/// anywhere, so only the first one is woken. Has no lock: its owner guards it, and calls what it returns without that
/// lock.
class WaitQueue {
 public:
  /// A scraper and its retry are two; a handful may come at once when several share a name by mistake.
  static constexpr std::size_t longest = 8;

  /// Whom to wake.
  using Wake = std::optional<delivery::OneShotEvent::Notifier>;

  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  [[nodiscard]] bool is_full() const noexcept { return waiting_.size() >= longest; }
  /// Enters at the end. Returns the number of the place.
  std::uint64_t enter();
  [[nodiscard]] bool is_first(std::uint64_t number) const noexcept;
  [[nodiscard]] bool is_only(std::uint64_t number) const noexcept { return is_first(number) && waiting_.size() == 1; }
  /// The one with this number is woken, once, by the next change that concerns it.
  void wake_by(std::uint64_t number, delivery::OneShotEvent::Notifier notifier);
  /// Gives the place up. Returns who is first by that.
  [[nodiscard]] Wake leave(std::uint64_t number);
  /// Something has changed for the first one.
  [[nodiscard]] Wake wake_first();

 private:
  struct Waiting {
    std::uint64_t number;
    Wake wake;
  };
  std::deque<Waiting> waiting_;
  std::uint64_t last_number_ = 0;
};

/// Wakes whom there is to wake, without the lock.
inline void notify(const WaitQueue::Wake& wake) {
  if (wake) (*wake)();
}

}  // namespace oneshot::queue
