// SPDX-License-Identifier: MIT
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>
#include <deque>
#include <memory>

namespace oneshot::net {

/// Which connection of a worker goes on with long work, such as the text of a scrape: one in each round of the worker's
/// loop, and the others are in a wait queue, first come, first served. So what an ordinary request waits for is one
/// piece of such work, however many scrapers come in the same moment. On the worker's thread; outlives what it posts.
class LongWork {
 public:
  LongWork() = default;
  LongWork(const LongWork&) = delete;
  LongWork& operator=(const LongWork&) = delete;

  /// Resumes when it is the caller's turn, in a later round: the next one if nobody else waits.
  asio::awaitable<void> take_turn(asio::any_io_executor executor);

 private:
  void call_next(const asio::any_io_executor& executor);

  std::deque<std::weak_ptr<asio::steady_timer>> waiting_;  // each in the frame of who waits for it
  bool calling_ = false;                                   // call_next() is going to be called
};

}  // namespace oneshot::net
