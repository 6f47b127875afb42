// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "event_log/event_log.hpp"
#include "storage/store.hpp"
#include "storage/sync.hpp"

namespace oneshot::storage {

/// A thread that makes durable what was written, by itself some time after (Sync::interval), or as soon as somebody
/// waits for it (Sync::always), all who wait meanwhile together; and that raises the reserved end before the log gets
/// there. It sleeps while there is nothing to do. Any thread may call.
class Flusher {
 public:
  /// Told once: whether the event is durable. On the flusher's thread or the caller's.
  using Callback = std::function<void(bool durable)>;

  static constexpr std::chrono::milliseconds interval{100};

  Flusher(Store& storage, event_log::EventLog& log, Sync sync);
  /// After a last flush all who wait have been told.
  ~Flusher();

  /// The log ends at `end` or later. Lock-free, and nearly always a mere look at one word.
  void appended(std::uint64_t end) noexcept {
    if (end >= wake_at_.load(std::memory_order_seq_cst)) wake();
  }
  /// Something else in the file has changed.
  void changed() noexcept;
  /// For Sync::always: tells when the records of one claim, from `begin` to `end`, are durable; or that they never will
  /// be, and then become padding.
  void when_durable(std::uint64_t begin, std::uint64_t end, Callback told);
  /// How often the file was flushed so far, and how long that took in all.
  struct Flushes {
    std::uint64_t count = 0;
    std::chrono::nanoseconds took{};
  };
  [[nodiscard]] Flushes flushes() const noexcept {
    return {.count = flushes_.load(std::memory_order_relaxed),
            .took = std::chrono::nanoseconds(flush_ns_.load(std::memory_order_relaxed))};
  }

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Waiting {
    std::uint64_t begin;
    std::uint64_t end;
    Callback told;
  };

  static constexpr std::uint64_t never = ~std::uint64_t{0};

  void run();
  void wake() noexcept;
  [[nodiscard]] bool dirty() const noexcept;
  void raise_reserved_end();
  void rest(Lock& lock);
  void flush(Lock& lock);

  Store& storage_;
  event_log::EventLog& log_;
  const Sync sync_;
  std::atomic<std::uint64_t> wake_at_{never};  // appenders wake the thread when the log gets here
  std::atomic<std::uint64_t> changes_{0};
  std::atomic<std::uint64_t> flushes_{0};
  std::atomic<std::int64_t> flush_ns_{0};

  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Waiting> waiting_;
  bool woken_ = false;
  bool stopping_ = false;

  // The thread's own.
  std::uint64_t flushed_end_;
  std::uint64_t flushed_changes_ = 0;
  std::chrono::steady_clock::time_point due_{};  // of the next flush that nobody waits for
  std::thread thread_;
};

}  // namespace oneshot::storage
