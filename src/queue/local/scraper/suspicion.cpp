// SPDX-License-Identifier: MIT
#include "queue/local/scraper/suspicion.hpp"

#include <algorithm>
#include <cstddef>

namespace oneshot::queue {
namespace {

constexpr unsigned failures_of_a_suspect = 3;
// Of one time that it failed right after another one was delivered.
constexpr unsigned evidence_of_unread = 2;
constexpr unsigned evidence_of_a_cut = 1;
constexpr unsigned evidence_enough = 24;
// A batch with timestamps of its own can fail a scraper each time (it rejects the whole scrape for one sample that it
// does not like), and is taken by a scraper that had it before.
constexpr unsigned unread_limit = 3;
constexpr std::uint64_t farthest = 128;
constexpr std::size_t most_suspects = 16;

}  // namespace

bool Suspicion::tries_single_events() const noexcept {
  return std::ranges::any_of(suspects_, [](const Suspect& one) { return one.failures > 1; });
}

bool Suspicion::wants_another(std::uint64_t event) const noexcept {
  const auto found = std::ranges::find(suspects_, event, &Suspect::event);
  return found != suspects_.end() && found->failures >= failures_of_a_suspect && !found->another_delivered;
}

Suspicion::Verdict Suspicion::failed(std::uint64_t event, delivery::Outcome outcome, bool tried,
                                     bool explicit_timestamps) {
  if (outcome == delivery::Outcome::timed_out) {
    const auto known = std::ranges::find(suspects_, event, &Suspect::event);
    if (known != suspects_.end()) known->unread_in_a_row = 0;
    return Verdict::send_again;
  }
  if (tried) look_farther();
  Suspect& suspect = find_or_add(event);
  const Verdict verdict = judge(suspect, outcome, explicit_timestamps);
  if (verdict != Verdict::send_again) {
    std::erase_if(suspects_, [event](const Suspect& one) { return one.event == event; });
    distance_ = 1;
  }
  return verdict;
}

// Not at those again that have failed: what they do says nothing about the suspect.
void Suspicion::look_farther() noexcept {
  for (Suspect& suspect : suspects_) suspect.evidence = 0;
  distance_ = distance_ >= farthest ? 1 : distance_ * 2;
}

Suspicion::Verdict Suspicion::judge(Suspect& suspect, delivery::Outcome outcome, bool explicit_timestamps) const {
  ++suspect.failures;
  const bool unread = outcome == delivery::Outcome::unconfirmed;
  suspect.unread_in_a_row = unread ? suspect.unread_in_a_row + 1 : 0;
  if (suspect.another_delivered) suspect.evidence += unread ? evidence_of_unread : evidence_of_a_cut;
  suspect.another_delivered = false;
  if (outcome == delivery::Outcome::refused) return Verdict::at_fault;
  if (explicit_timestamps && suspect.unread_in_a_row >= unread_limit) return Verdict::unread;
  const bool at_fault = suspect.failures >= failures_of_a_suspect && suspect.evidence >= evidence_enough;
  return at_fault ? Verdict::at_fault : Verdict::send_again;
}

Suspicion::Suspect& Suspicion::find_or_add(std::uint64_t event) {
  const auto known = std::ranges::find(suspects_, event, &Suspect::event);
  if (known != suspects_.end()) return *known;
  if (suspects_.size() >= most_suspects) suspects_.erase(suspects_.begin() + 1);
  return suspects_.emplace_back(Suspect{.event = event});
}

void Suspicion::delivered(std::uint64_t begin, std::uint64_t end) noexcept {
  if (suspects_.empty()) return;
  std::erase_if(suspects_, [=](const Suspect& one) { return one.event >= begin && one.event < end; });
  for (Suspect& other : suspects_) other.another_delivered = true;
  if (suspects_.empty()) distance_ = 1;
}

void Suspicion::forget_before(std::uint64_t event) noexcept {
  std::erase_if(suspects_, [event](const Suspect& one) { return one.event < event; });
  if (suspects_.empty()) distance_ = 1;
}

}  // namespace oneshot::queue
