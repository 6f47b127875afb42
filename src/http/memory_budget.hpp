// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/clock.hpp"

namespace oneshot::http {

/// How many bytes clients can make the server hold beyond the fixed share of each connection
/// (server.max_memory_mib): large requests, the working memory of scrapes and peeks, compressed bodies, replies that
/// are not read, and larger send buffers of the kernel. What a connection always may have is not counted here, so an
/// ordinary event costs nothing. Any thread.
class MemoryBudget {
 public:
  /// What the bytes are for. The less it hurts to go without, the less of the budget it may fill: so no kind can keep
  /// out those below it in this list.
  enum class Use : std::uint8_t {
    spare,    ///< up to half: work goes on without, or is a look (a compressed body, a send buffer, a peek)
    request,  ///< up to three quarters: a large request, a reply that is not read
    batch,    ///< up to seven eighths: what a scrape needs to get its events
    unsent,   ///< all of it: what of a batch waits for its scraper, which is reset without; never much for each
  };

  explicit MemoryBudget(std::size_t limit) noexcept : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// Bytes, from now on. What is lent already stays lent, also above the new limit.
  void set_limit(std::size_t limit) noexcept { limit_.store(limit, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_.load(std::memory_order_relaxed); }
  /// How much of it this use may fill.
  [[nodiscard]] std::size_t limit(Use use) const noexcept {
    const std::size_t all = limit();
    switch (use) {
      case Use::spare:
        return all / 2;
      case Use::request:
        return all - all / 4;
      case Use::batch:
        return all - all / 8;
      case Use::unsent:
        break;
    }
    return all;
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// Whether so many bytes could be lent at this moment.
  [[nodiscard]] bool has(std::size_t bytes, Use use) const noexcept { return fits(used(), bytes, limit(use)); }
  /// Over half of it is lent: a connection that holds some of it must make progress.
  [[nodiscard]] bool is_over_half_lent() const noexcept { return used() > limit(Use::spare); }

  /// Something was refused since the budget had no room. Counts it, and says so in the log, at most once a minute.
  [[gnu::cold]] void note_refusal();
  [[nodiscard]] std::uint64_t refusals() const noexcept { return refusals_.load(std::memory_order_relaxed); }

  /// The most that was lent since the last call.
  [[nodiscard]] std::size_t take_peak() noexcept { return peak_.exchange(used(), std::memory_order_relaxed); }

  /// One holder's share, given back at the end of its life.
  class Lease {
   public:
    Lease() = default;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease(Lease&& other) noexcept : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      release();
      budget_ = other.budget_;
      bytes_ = std::exchange(other.bytes_, 0);
      return *this;
    }
    ~Lease() { release(); }

    /// Holds `bytes` in all from now on, if the budget has them for this use; else nothing changes. Always of one
    /// budget.
    [[nodiscard]] bool grow_to(MemoryBudget& budget, std::size_t bytes, Use use) noexcept {
      if (bytes <= bytes_) return true;
      if (!budget.take(bytes - bytes_, use)) return false;
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
    MemoryBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

 private:
  [[nodiscard]] static bool fits(std::size_t used, std::size_t bytes, std::size_t limit) noexcept {
    return used <= limit && bytes <= limit - used;
  }
  [[nodiscard]] bool take(std::size_t bytes, Use use) noexcept;

  std::atomic<std::size_t> limit_;
  std::atomic<std::size_t> used_{0};
  std::atomic<std::size_t> peak_{0};
  std::atomic<std::uint64_t> refusals_{0};
  std::atomic<SteadyTime> silent_until_{SteadyTime{}};
};

}  // namespace oneshot::http
