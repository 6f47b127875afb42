// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include "base/clock.hpp"

namespace oneshot::net {

/// Which connections of a worker go on with long work, such as the text of a scrape, in the next round of its loop: one
/// piece each, and the others are in a wait queue, first come, first served. So however many scrapers come in the same
/// moment, an ordinary request waits for a quarter of a millisecond of such work, or for one piece; and however many
/// ordinary requests come, scrapes have as much of the worker's time as those take. On the worker's thread; outlives
/// what it posts.
class LongWork {
 public:
  /// In each round so much, or as long as the ordinary work of the round took, up to `most_of_round`.
  static constexpr std::chrono::microseconds least_of_round{250};
  static constexpr std::chrono::microseconds most_of_round{4000};

  using Now = SteadyTime (*)();
  explicit LongWork(Now now = std::chrono::steady_clock::now) noexcept : now_(now) {}
  LongWork(const LongWork&) = delete;
  LongWork& operator=(const LongWork&) = delete;

  /// Resumes when it is the caller's turn, in a later round: the next one if nobody else waits.
  asio::awaitable<void> take_turn(asio::any_io_executor executor);

 private:
  void call_some(const asio::any_io_executor& executor);
  bool call_next();
  void see_how_long_it_took();

  const Now now_;
  std::deque<std::weak_ptr<asio::steady_timer>> waiting_;  // each in the frame of who waits for it
  bool calling_ = false;                                   // call_some() is going to be called
  std::size_t at_once_ = 1;                                // how many it calls
  SteadyTime called_{};
  std::optional<SteadyTime> resumed_;  // the first of those that were called
};

}  // namespace oneshot::net
