// SPDX-License-Identifier: MIT
//
// From when on a batch of another replica is surely sent by nobody any more.
#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>
#include <variant>

#include "cluster/scrapes.hpp"

namespace oneshot::cluster {
namespace {

// Behind the deadline, by which a holder that cannot be reached has given up: for its timers, and its last packets.
constexpr std::chrono::milliseconds after_deadline{500};
// While the engine was away nobody could tell the log of an acknowledgement. So much longer than a record is repeated.
constexpr std::chrono::milliseconds after_standstill{2000};
constexpr std::chrono::milliseconds standstill{1000};
// A replica that answers is there, and tells the log as soon as it can. But if it cannot, while others can, then a
// scraper does not wait for it for ever.
constexpr std::chrono::seconds believed_for{10};
// One that waits for its own end to be read says so after a tenth of a second. A scrape that has less time than this
// asks in vain; the next one of its scraper goes on where it ended.
constexpr std::chrono::milliseconds answers_within{300};

}  // namespace

bool Scrapes::is_past_deadline(const Out& out, SteadyTime now, std::chrono::seconds extra) {
  const SteadyTime seen = seen_.try_emplace(out.batch, Seen{.at = now}).first->second.at;
  return now - seen >= out.deadline + after_deadline + extra;
}

void Scrapes::note_asked(BatchId batch) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  Seen& seen = seen_.try_emplace(batch, Seen{.at = now}).first->second;
  if (seen.silent == SteadyTime{}) seen.silent = now;
}

void Scrapes::note_answer(BatchId batch) {
  const std::lock_guard lock(mutex_);
  if (const auto found = seen_.find(batch); found != seen_.end()) found->second.silent = {};
}

bool Scrapes::has_answered_lately(BatchId batch) {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(batch);
  return found == seen_.end() || found->second.silent == SteadyTime{} ||
         clock_.steady() - found->second.silent < answers_within;
}

bool Scrapes::is_expired(const Out& out, bool is_there) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  const bool stands_still = now - applied_ >= standstill;  // which nobody has seen to go on yet
  return is_past_deadline(out, now, is_there ? believed_for : std::chrono::seconds(0)) && !stands_still &&
         now - goes_on_since_ >= after_standstill;
}

// A quiet log looks like one that stands still, and each scrape's own record like its going on again: nobody would ever
// find a batch to be left behind. So it is kept going, until somebody ends the batch or its replica is forgotten.
void Scrapes::keep_log_going() {
  if (replica_.state() != Replica::State::ready || replica_.in_flight() > 0) return;
  const bool is_wanted = replica_.look([this](const Machine& machine) {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    return now - applied_ >= standstill / 2 && std::ranges::any_of(machine.out(), [&](const auto& one) {
             return one.second.holder != replica_.options().publisher && is_past_deadline(one.second, now);
           });
  });
  if (is_wanted) replica_.publish(Tick{}, nullptr);
}

void Scrapes::note_applied(const Machine& machine, const Applied& applied) {
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    if (now - std::exchange(applied_, now) >= standstill) goes_on_since_ = now;
  }
  const auto* const take = std::get_if<TakeOutcome>(&applied.outcome);
  const auto* const settle = std::get_if<SettleOutcome>(&applied.outcome);
  const TakeOutcome* const outcome = take != nullptr                     ? take
                                     : settle != nullptr && settle->then ? &*settle->then
                                                                         : nullptr;
  const auto* const taken = outcome == nullptr ? nullptr : std::get_if<Taken>(outcome);
  if (outcome != nullptr && end_of_replaced(*outcome)) forget_ended_by_others(machine);
  if (taken == nullptr) return;
  const std::lock_guard lock(mutex_);
  seen_.try_emplace(taken->out.batch, Seen{.at = clock_.steady()});
  if (seen_.size() <= 2 * machine.out().size() + 64) return;
  std::erase_if(seen_, [&](const auto& one) {
    return std::ranges::none_of(machine.out(), [&](const auto& out) { return out.second.batch == one.first; });
  });
}

}  // namespace oneshot::cluster
