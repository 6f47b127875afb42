// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "event_log/clock_steps.hpp"
#include "event_log/series_times.hpp"

namespace oneshot::event_log {

/// Gives each event of a series a millisecond of its own, later than those before it: Prometheus keeps one
/// sample per series and millisecond, and takes none that is older than the last. SeriesTimes knows when the last one
/// was. Lock-free, any thread.
///
/// More than a thousand events of a series within a second run ahead of the clock, and what is ahead waits, together
/// with all that stands behind it in the log. So an event whose time would be more than `longest_ahead` ahead is
/// refused. (Merged into the last millisecond it would be a second sample there, of which Prometheus keeps one.)
///
/// An event may bring a time of its own, its sender's. That is the one it gets where it is later than what its series
/// had before (or what had a series that was forgotten for others), not ahead of the clock, not older than the oldest
/// that a reader takes, and not earlier than what was given before this program or by a clock that was ahead: which
/// series had those times is not known any more. Where it is not, it moves to the nearest such time.
///
/// Setting the clock begins a new epoch, by whose clock times of the one before are restated, also those that a thread
/// gives late because it read the clock before and was held up since.
class Timestamps {
 public:
  static constexpr std::chrono::milliseconds longest_ahead{1000};
  /// No time was given: the event is to be refused, since it would be farther ahead.
  static constexpr std::int64_t too_early = 0;
  enum class Bound : bool { longest_ahead, none };

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

  /// max(now, last + 1) of the epoch; of an event with a time of its own, max(that time, last + 1); or `too_early`.
  /// `now` is read anew where its epoch is over. `held` is what an earlier call gave for the same event, 0 for none: it
  /// is still good if nobody got that time or a later one since.
  ///
  /// Times ascend in the order of the log too: whoever claimed a place before ours took its time before its claim, and
  /// we call this after we saw that claim (the log's tail orders the two), so we see its time or a later one.
  std::int64_t next(std::uint64_t series_hash, Now& now, std::int64_t held,
                    std::optional<std::int64_t> sent = std::nullopt, Bound bound = Bound::longest_ahead) noexcept;

  /// An event that waits for its time.
  struct Wish {
    std::optional<std::int64_t> sent = std::nullopt;  ///< as for next()
    std::int64_t given = 0;                           ///< 0 until next_all()
  };
  /// As next() for several events of one key: nobody else gets a time between theirs. What an earlier call gave is
  /// still good if nobody got a later time since; given anew at each try for a place in the log, the times of a large
  /// batch would run ahead of the clock. False: the last of them are `too_early`, and none gets a time.
  bool next_all(std::uint64_t series_hash, Now& now, std::span<Wish> wishes,
                Bound bound = Bound::longest_ahead) noexcept;

  /// An event that is there already, in the order of the log, has this time. Before the first call of another thread.
  void remember(std::uint64_t series_hash, std::int64_t time) noexcept;

  /// The clock says something that is more than `clock_step_ms` from the latest that it said in this epoch to those who
  /// asked for a time: it was set, or nobody has asked for long, or ever.
  [[nodiscard]] bool may_have_stepped(const Now& now) const noexcept {
    const std::uint64_t word = latest_now_.load(std::memory_order_relaxed);
    if (word >> time_bits != now.epoch || time_in(word) == 0) return true;
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
    const Earlier* const earlier = earlier_.load(std::memory_order_acquire);  // pairs with begin_epoch()
    return earlier != nullptr && time <= (*earlier)[SeriesTimes::place(series_hash)].load(std::memory_order_relaxed);
  }

 private:
  using Earlier = std::array<std::atomic<std::int64_t>, SeriesTimes::places>;
  /// Of latest_now_: the upper 16 bits are the epoch, the lower 48 the time.
  static constexpr unsigned time_bits = 48;

  static std::int64_t time_in(std::uint64_t word) noexcept {
    return static_cast<std::int64_t>(word & ((std::uint64_t{1} << time_bits) - 1));
  }
  /// What an event would get that is the first of its series.
  [[nodiscard]] std::int64_t wanted(const Now& now, std::optional<std::int64_t> sent) const noexcept {
    return sent ? nearest_to(*sent, now.unix_ms) : now.unix_ms;
  }
  /// No event gets a later time. A log of a program that had no bound may hold later ones: its series go on from there.
  [[nodiscard]] std::int64_t latest_allowed(const Now& now, Bound bound) const noexcept {
    if (bound == Bound::none) return std::numeric_limits<std::int64_t>::max();
    return std::max(latest_said(now), remembered_.load(std::memory_order_relaxed)) + longest_ahead.count();
  }
  /// The latest that the clock said in this epoch, to whomever: a thread that was not run for a second since it read
  /// the clock does not refuse what others were given since.
  [[nodiscard]] std::int64_t latest_said(const Now& now) const noexcept {
    const std::uint64_t word = latest_now_.load(std::memory_order_relaxed);
    return word >> time_bits == now.epoch ? std::max(time_in(word), now.unix_ms) : now.unix_ms;
  }
  template <class LastAfter>
  std::int64_t advance(std::uint64_t series_hash, Now& now, std::int64_t held, LastAfter last_after) noexcept;
  [[nodiscard]] std::int64_t nearest_to(std::int64_t sent, std::int64_t now_ms) const noexcept;
  void note(const Now& now) noexcept;

  const Clock& clock_;
  std::atomic<std::uint16_t> epoch_{0};
  std::atomic<std::uint64_t> latest_now_{0};
  std::atomic<std::int64_t> back_ms_{0};  // from the epoch before to this one
  SeriesTimes last_;
  std::unique_ptr<Earlier> kept_;                 // made when the clock is first set
  std::atomic<const Earlier*> earlier_{nullptr};  // kept_ while it matters
  std::int64_t latest_ = 0;                       // of the times in it
  std::atomic<std::int64_t> known_since_{0};      // what was given before, nobody knows to whom
  std::atomic<std::int64_t> remembered_{0};       // the latest time that was there already, by today's clock
  std::atomic<std::int64_t> oldest_sent_ms_{0};
};

}  // namespace oneshot::event_log
