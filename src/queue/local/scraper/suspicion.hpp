// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "delivery/outcome.hpp"

namespace oneshot::queue {

/// Which event a scraper does not take, whatever is with it, or without it: found out by sending single ones.
///
/// An event that has failed alone three times is a suspect. Then another one is tried, alone: first the next, then the
/// ones 2, 4, 8 ... 128 places behind the suspect. Once another one was delivered the suspect is sent again. If
/// that goes so twelve times, another delivered, the suspect unread, while no third one fails, then the suspect is at
/// fault; twenty-four times where its connection was cut, which says less. (Once would do for a scraper that refuses
/// it. But where every second or third connection is cut that happens to innocent events too, and nobody sends a
/// dropped one again: with three and six times the chaos suite dropped one innocent in some 50 rows.)
/// Where the others fail too, no event is at fault.
///
/// Not told of scrapes that time out: these say nothing about an event. Has no lock: its owner guards it.
class Suspicion {
 public:
  enum class Verdict : std::uint8_t {
    send_again,
    at_fault,  ///< it will never be taken
    unread,    ///< with explicit timestamps: sent three times and never read to the end, as far as is known
  };

  [[nodiscard]] bool empty() const noexcept { return suspects_.empty(); }
  /// An event has failed alone twice: batches are of one event. (After the first time it goes out with those that came
  /// since, as larger batches do.)
  [[nodiscard]] bool tries_single_events() const noexcept;
  /// The event that goes out next waits until another one was tried.
  [[nodiscard]] bool wants_another(std::uint64_t event) const noexcept;
  /// How many places behind it that one stands.
  [[nodiscard]] std::uint64_t distance() const noexcept { return distance_; }
  /// There is none so far behind: the suspect is sent itself, and then those behind it are tried once more.
  void none_there() noexcept { distance_ = 1; }

  /// `event` was alone in its batch, which failed. `tried`: it was another one, tried for the sake of a suspect.
  Verdict failed(std::uint64_t event, delivery::Outcome outcome, bool tried, bool explicit_timestamps);
  /// A batch was delivered, of events from `begin` up to and without `end`.
  void delivered(std::uint64_t begin, std::uint64_t end) noexcept;
  /// Those below this are gone.
  void forget_before(std::uint64_t event) noexcept;

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp.
  template <class Archive>
  void state(Archive& archive) {
    archive(suspects_, distance_);
  }

 private:
  struct Suspect {
    std::uint64_t event;
    unsigned failures = 0;
    unsigned unread_in_a_row = 0;
    unsigned evidence = 0;
    bool another_delivered = false;  // since it failed last

    template <class Archive>
    void state(Archive& archive) {
      archive(event, failures, unread_in_a_row, evidence, another_delivered);
    }
  };
  void look_farther() noexcept;
  Suspect& find_or_add(std::uint64_t event);
  Verdict judge(Suspect& suspect, delivery::Outcome outcome, bool explicit_timestamps) const;

  std::vector<Suspect> suspects_;
  std::uint64_t distance_ = 1;
};

}  // namespace oneshot::queue
