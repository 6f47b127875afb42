// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "confirm/options.hpp"
#include "confirm/state.hpp"
#include "delivery/outcome.hpp"

namespace oneshot::confirm {

/// Decides what became of the batch that is out to one scraper, by three witnesses: the numbers that the scraper's API
/// shows, what TCP told, and the time. No I/O, no clock but the `now` that it is given. Not thread-safe.
///
/// Why numbers decide: each exposition carries a marker with a number of its own, which only grows. A scrape is stored
/// whole or not at all, so number N there means: the events that went out with N are stored. A scraper stores one
/// scrape after the other, so N not there while a later number is means: N will never be there.
///
/// Two states. What is known about the marker (Trust):
///
///   unseen   none was ever shown: only markers go out, until one shows
///   shown    the numbers decide
///   lost     the marker does not reach the store (or not any more): TCP decides
///
/// and where the batch is (Batch): `none`, `sending` (its last byte is not in the kernel yet), `asking` (handed over,
/// and TCP has not told), `told` (TCP has). The table, by batch and what happens ("-": stays, Verdict::open):
///
///   batch    what happens              unseen, shown                      lost
///   none     taken                     sending                            sending
///   sending  handed over               asking                             asking
///   sending  TCP tells (not all sent)  by_tcp, none                       by_tcp, none
///   sending  withdrawn                 none                               none
///   sending  an answer, or silence     -                                  -
///   asking   TCP tells                 told; by_tcp if silent and `tcp`   by_tcp, none
///   asking   answer: N                 delivered, none                    delivered, none
///   asking   answer: later than N      never, none, once patience is over never, none, the same
///   asking   answer: neither           -                                  -
///   asking   silence                   -                                  -
///   told     answer: N                 delivered, none                    (never `told`: by_tcp at once)
///   told     answer: later than N      never, none, once patience is over
///   told     answer: neither           -
///   told     silence                   - with `wait`; by_tcp, none with `tcp`
///   any      trust becomes `lost`      told: by_tcp, none; others: -
///
/// An answer about another batch than the one that is out by now says nothing about that one.
/// An answer that says that it may be incomplete proves what it shows, and nothing by what it lacks.
///
/// Trust:  unseen -> shown   an answer has a number of ours
///         unseen -> lost    `calibration` of answers without one, while scrapes are stored and the store is older
///         shown  -> lost    gone_after answers in a row with neither N nor a later one, while the store has two later
///                           healthy scrapes (`up` = 1) of the target: the marker is taken away on the way
///         lost   -> shown   an answer has a number that was issued after the loss
class Judge {
 public:
  enum class Trust : std::uint8_t { unseen, shown, lost };
  enum class Batch : std::uint8_t { none, sending, asking, told };
  enum class Verdict : std::uint8_t {
    open,       ///< nothing to do
    delivered,  ///< whatever TCP said
    by_tcp,     ///< tcp() is the outcome
    never,      ///< not delivered, and never will be
  };
  /// Whether a scrape that comes now gets events.
  enum class Permit : std::uint8_t {
    batch,
    batch_soon,  ///< the batch before is still being sent: the queue knows what to do, for a short while
    waiting,     ///< the marker alone: batch number() has not shown yet
    unseen,      ///< the marker alone: none has shown yet
  };

  static constexpr std::chrono::seconds calibration{20};
  static constexpr unsigned gone_after = 5;
  static constexpr unsigned least_markers =
      3;  ///< that must have gone out before the lack of all of them says anything

  /// What an answer says.
  struct Facts {
    std::uint64_t number = 0;  ///< the batch that `here`, `later` and the last two are about: number() when asked
    std::uint64_t newest = 0;  ///< the greatest number of ours; 0: none
    bool here = false;         ///< that of the batch
    bool later = false;        ///< a greater one than the batch's
    bool complete = true;      ///< what it lacks is not stored
    bool scrapes_stored =
        false;  ///< only where doubts(): two healthy scrapes later than the batch, or markers, went out
    bool store_is_younger = false;  ///< only where doubts(): the store started within `calibration`
  };

  Judge(bool was_shown, std::chrono::milliseconds patience, Unreachable unreachable) noexcept
      : trust_(was_shown ? Trust::shown : Trust::unseen), patience_(patience), unreachable_(unreachable) {}

  void change(std::chrono::milliseconds patience, Unreachable unreachable) noexcept;

  // What happens. Each may be called in every state; what cannot concern the batch that is out changes nothing.
  /// An exposition with this number goes out, with events or without.
  void issued(std::uint64_t number) noexcept;
  /// A batch goes out with this number.
  void taken(std::uint64_t number) noexcept;
  void withdrawn(std::uint64_t number) noexcept;
  void handed_over(std::uint64_t number, SteadyTime now) noexcept;
  [[nodiscard]] Verdict told(std::uint64_t number, delivery::Outcome outcome) noexcept;
  /// The program before this one had a batch out; `outcome` is what TCP rules say about it.
  void taken_over(std::uint64_t number, delivery::Outcome outcome, SteadyTime now) noexcept;
  [[nodiscard]] Verdict answered(const Facts& facts, SteadyTime now) noexcept;
  [[nodiscard]] Verdict silent() noexcept;

  // What is known.
  [[nodiscard]] Trust trust() const noexcept { return trust_; }
  [[nodiscard]] Batch batch() const noexcept { return batch_; }
  /// Of the batch that is out, also of the last one.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  /// What TCP said about the batch that is out, or was last.
  [[nodiscard]] std::optional<delivery::Outcome> tcp() const noexcept { return tcp_; }
  [[nodiscard]] SteadyTime handed_over_at() const noexcept { return handed_over_at_; }
  /// The last exposition that went out is that of the batch: what the scraper says of its last scrape is about it.
  [[nodiscard]] bool is_last() const noexcept { return last_issued_ == number_; }
  [[nodiscard]] Permit permit() const noexcept;
  [[nodiscard]] Decides decides() const noexcept;
  /// The next answer may take the trust away: it needs the last two facts.
  [[nodiscard]] bool doubts(SteadyTime now) const noexcept;
  /// Since when answers have been coming without a number of ours, if none has shown yet.
  [[nodiscard]] std::optional<SteadyTime> unseen_since() const noexcept { return unseen_since_; }
  /// Something is to be learnt from an answer.
  [[nodiscard]] bool is_curious() const noexcept;

 private:
  [[nodiscard]] bool is_out() const noexcept { return batch_ == Batch::asking || batch_ == Batch::told; }
  [[nodiscard]] bool tcp_decides() const noexcept {
    return trust_ == Trust::lost || (silent_ && unreachable_ == Unreachable::tcp);
  }
  Verdict settle(Verdict verdict) noexcept;
  Verdict lose_trust() noexcept;
  void learn_trust(const Facts& facts) noexcept;
  Verdict decide(const Facts& facts, SteadyTime now) noexcept;
  Verdict doubt(const Facts& facts, SteadyTime now) noexcept;

  Trust trust_;
  Batch batch_ = Batch::none;
  std::chrono::milliseconds patience_;
  Unreachable unreachable_;
  std::uint64_t number_ = 0;
  std::optional<delivery::Outcome> tcp_;
  SteadyTime handed_over_at_{};
  std::uint64_t last_issued_ = 0;
  bool silent_ = false;                     // the API did not answer the last question
  unsigned gone_ = 0;                       // answers in a row that say that the marker is gone
  std::uint64_t lost_at_ = 0;               // the last number that was issued before the trust was lost
  std::optional<SteadyTime> unseen_since_;  // trust unseen: since when all answers have lacked a number
  unsigned unseen_markers_ = 0;             // and how many expositions went out since then
};

}  // namespace oneshot::confirm
