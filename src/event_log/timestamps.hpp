// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "event_log/clock_steps.hpp"

namespace oneshot::event_log {

/// Gives each event of a series a millisecond of its own, later than those before it: Prometheus keeps one
/// sample per series and millisecond, and takes none that is older than the last. One word per hash of a
/// series; series that share a word only get times that are a little further apart. Lock-free, any thread.
///
/// An event may bring a time of its own, its sender's. That is the one it gets where it is later than what its series
/// had before (or what had a series that shares the word, of which there are 65,536), not ahead of the clock, not older
/// than the oldest that a reader takes, and not earlier than what was given before this program or by a clock that was
/// ahead: which series had those times is not known any more. Where it is not, it moves to the nearest such time.
///
/// Setting the clock begins a new epoch, by whose clock times of the one before are restated, also those that a thread
/// gives late because it read the clock before and was held up since.
class Timestamps {
 public:
  explicit Timestamps(const Clock& clock) : clock_(clock) {}

  /// What the clock says, and in which epoch.
  struct Now {
    std::int64_t unix_ms;
    std::uint16_t epoch;
  };
  [[nodiscard]] Now now() const noexcept;
  /// The clock was set since: what was read then is no longer good. Asked after the claim of a place in the log,
  /// which orders it against begin_epoch().
  [[nodiscard]] bool is_past(const Now& now) const noexcept {
    return epoch_.load(std::memory_order_relaxed) != now.epoch;
  }

  /// What was given before this time, nobody knows to whom. Before the first call of another thread.
  void know_since(std::int64_t unix_ms) noexcept { known_since_.store(unix_ms, std::memory_order_relaxed); }
  /// A sender's time is not older than this, from now on. Any thread.
  void set_oldest_sent(std::chrono::milliseconds age) noexcept {
    oldest_sent_ms_.store(age.count(), std::memory_order_relaxed);
  }

  /// max(now, last + 1) of the epoch; of an event with a time of its own, max(that time, last + 1). `now` is read anew
  /// where its epoch is over. `held` is what an earlier call gave for the same event, 0 for none: it is still good if
  /// nobody got a later time since.
  ///
  /// Times ascend in the order of the log too: whoever claimed a place before ours took its time before its claim, and
  /// we call this after we saw that claim (the log's tail orders the two), so we see its word or a later one.
  std::int64_t next(std::uint64_t series_hash, Now& now, std::int64_t held,
                    std::optional<std::int64_t> sent = std::nullopt) noexcept;

  /// An event that waits for its time.
  struct Wish {
    std::optional<std::int64_t> sent = std::nullopt;  ///< as for next()
    std::int64_t given = 0;                           ///< 0 until next_all()
  };
  /// As next() for several events of one word: nobody else gets a time between theirs. What an earlier call gave is
  /// still good if nobody got a later time since; given anew at each try for a place in the log, the times of a large
  /// batch would run ahead of the clock.
  void next_all(std::uint64_t series_hash, Now& now, std::span<Wish> wishes) noexcept;

  /// Which word a series has; series that share one share their times.
  static std::size_t place(std::uint64_t series_hash) noexcept { return series_hash >> 48; }

  /// An event that is there already, in the order of the log, has this time. Before the first call of another thread.
  void remember(std::uint64_t series_hash, std::int64_t time) noexcept {
    std::atomic<std::uint64_t>& last = words_[place(series_hash)];
    if (time > time_in(last.load(std::memory_order_relaxed))) last.store(word_of(0, time), std::memory_order_relaxed);
  }

  /// The clock says something that is more than `clock_step_ms` from the latest that it said in this epoch to those who
  /// asked for a time: it was set, or nobody has asked for long, or ever.
  [[nodiscard]] bool may_have_stepped(const Now& now) const noexcept {
    const std::uint64_t word = latest_now_.load(std::memory_order_relaxed);
    if (epoch_of(word) != now.epoch || time_in(word) == 0) return true;
    const std::int64_t passed = now.unix_ms - time_in(word);
    return passed > clock_step_ms || passed < -clock_step_ms;
  }
  /// The clock was set back by this much, or forward where it is negative. Returns the latest time given so far. One
  /// caller at a time; what was given stays known for is_out_of_order() until pass().
  std::int64_t begin_epoch(std::int64_t back_ms);
  /// The clock says this now: once it is past all that was given in earlier epochs, that is forgotten. The same caller.
  void pass(std::int64_t now_ms) noexcept {
    if (now_ms > latest_) earlier_.store(nullptr, std::memory_order_relaxed);
  }
  /// An event of this series was given this time or a later one in an earlier epoch.
  [[nodiscard]] bool is_out_of_order(std::uint64_t series_hash, std::int64_t time) const noexcept {
    const Words* const earlier = earlier_.load(std::memory_order_acquire);  // pairs with begin_epoch()
    return earlier != nullptr && time <= (*earlier)[place(series_hash)].load(std::memory_order_relaxed);
  }

 private:
  using Words = std::array<std::atomic<std::int64_t>, 65536>;
  /// The upper 16 bits of a word are the epoch, the lower 48 the time: enough for 8,900 years.
  static constexpr unsigned time_bits = 48;

  static std::int64_t time_in(std::uint64_t word) noexcept {
    return static_cast<std::int64_t>(word & ((std::uint64_t{1} << time_bits) - 1));
  }
  static std::uint16_t epoch_of(std::uint64_t word) noexcept { return static_cast<std::uint16_t>(word >> time_bits); }
  static std::uint64_t word_of(std::uint16_t epoch, std::int64_t time) noexcept {
    return std::uint64_t{epoch} << time_bits | static_cast<std::uint64_t>(time < 0 ? 0 : time);
  }
  /// What an event would get that is the first of its series.
  [[nodiscard]] std::int64_t wanted(const Now& now, std::optional<std::int64_t> sent) const noexcept {
    return sent ? nearest_to(*sent, now.unix_ms) : now.unix_ms;
  }
  template <class LastAfter>
  std::int64_t advance(std::uint64_t series_hash, Now& now, std::int64_t held, LastAfter last_after) noexcept;
  [[nodiscard]] std::int64_t nearest_to(std::int64_t sent, std::int64_t now_ms) const noexcept;
  void note(const Now& now) noexcept;
  std::int64_t restated(std::uint64_t word) const noexcept {
    return time_in(word) - back_ms_.load(std::memory_order_relaxed);
  }

  const Clock& clock_;
  std::atomic<std::uint16_t> epoch_{0};
  std::atomic<std::uint64_t> latest_now_{0};               // a word like those below
  std::atomic<std::int64_t> back_ms_{0};                   // from the epoch before to this one
  std::array<std::atomic<std::uint64_t>, 65536> words_{};  // of this epoch or the one before
  std::unique_ptr<Words> kept_;                            // made when the clock is first set
  std::atomic<const Words*> earlier_{nullptr};             // kept_ while it matters
  std::int64_t latest_ = 0;                                // of the times in it
  std::atomic<std::int64_t> known_since_{0};               // what was given before, nobody knows to whom
  std::atomic<std::int64_t> oldest_sent_ms_{0};
};

}  // namespace oneshot::event_log
