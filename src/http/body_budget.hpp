// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace oneshot::http {

/// How many bytes the large bodies of all connections may have together: those of requests
/// (server.max_body_memory_mib), and compressed ones of replies. Without it max_connections bodies of the largest size
/// could be in memory at once. Any thread.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t limit) noexcept : limit_(limit) {}
  BodyBudget(const BodyBudget&) = delete;
  BodyBudget& operator=(const BodyBudget&) = delete;

  /// Bytes, from now on. What is lent already stays lent, also above the new limit.
  void set_limit(std::size_t limit) noexcept { limit_.store(limit, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

  /// One body's share, given back at the end of its life.
  class Lease {
   public:
    Lease() = default;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { release(); }

    /// Holds `bytes` in all from now on, if the budget has them; else nothing changes. Always of one budget.
    [[nodiscard]] bool grow_to(BodyBudget& budget, std::size_t bytes) noexcept {
      if (bytes <= bytes_) return true;
      if (!budget.take(bytes - bytes_)) return false;
      budget_ = &budget;
      bytes_ = bytes;
      return true;
    }
    /// Holds no more than `bytes` from now on.
    void shrink_to(std::size_t bytes) noexcept {
      if (bytes < bytes_) budget_->used_.fetch_sub(std::exchange(bytes_, bytes) - bytes, std::memory_order_relaxed);
    }
    void release() noexcept { shrink_to(0); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

   private:
    BodyBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

 private:
  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    std::size_t used = used_.load(std::memory_order_relaxed);
    do {
      const std::size_t limit = limit_.load(std::memory_order_relaxed);
      if (used > limit || bytes > limit - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }

  std::atomic<std::size_t> limit_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace oneshot::http
