// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <list>
#include <utility>

#include "base/clock.hpp"
#include "delivery/one_shot_event.hpp"
#include "delivery/waiting.hpp"

namespace oneshot::app {

/// Who may do a work that only a few do at a time; the others wait, first come, first served. One worker's, on its
/// thread; outlives the turns.
class Turns {
 public:
  /// `at_once` have a turn, at most `most_waiting` wait for one.
  Turns(std::size_t at_once, std::size_t most_waiting) : free_(at_once), most_waiting_(most_waiting) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// A turn, or none; it ends with this object.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(turns_, other.turns_);
      return *this;
    }
    ~Turn() {
      if (turns_ != nullptr) turns_->pass_on();
    }
    explicit operator bool() const noexcept { return turns_ != nullptr; }

   private:
    friend class Turns;
    explicit Turn(Turns& turns) noexcept : turns_(&turns) {}
    Turns* turns_ = nullptr;
  };

  /// None: it was not one's turn by `until`, the client has left, or too many wait.
  asio::awaitable<Turn> take(delivery::Waiting& waiting, SteadyTime until);
  [[nodiscard]] std::size_t waiting() const noexcept { return waiters_.size(); }

 private:
  /// Lives in the frame of take().
  struct Waiter;

  void pass_on();

  std::size_t free_;
  const std::size_t most_waiting_;
  std::list<Waiter*> waiters_;
};

}  // namespace oneshot::app
