// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace oneshot::net {

/// What other threads want of a worker and what must not wait behind all that is queued on its io_context: between two
/// requests, or two turns of a long one, a session looks whether something is due and does it. What is posted comes
/// only after every queued handler, and with thousands of connections those are thousands of requests.
///
/// An errand may begin a session or interrupt one; it destroys none, since it runs inside another one's coroutine.
class Errands {
 public:
  /// Any thread. True: nothing was due before, so the worker has to be woken too, which may be idle.
  [[nodiscard]] bool add(std::function<void()> errand) {
    const std::lock_guard lock(mutex_);
    errands_.push_back(std::move(errand));
    return !due_.exchange(true, std::memory_order_relaxed);
  }

  // The worker's thread.

  [[nodiscard]] bool due() const noexcept { return due_.load(std::memory_order_relaxed); }
  [[gnu::cold]] void run() {
    std::vector<std::function<void()>> all;
    {
      const std::lock_guard lock(mutex_);
      all.swap(errands_);
      due_.store(false, std::memory_order_relaxed);
    }
    for (const auto& errand : all) errand();
  }

 private:
  std::atomic<bool> due_{false};  // a hint: what is to be done is under the lock
  std::mutex mutex_;
  std::vector<std::function<void()>> errands_;
};

}  // namespace oneshot::net
