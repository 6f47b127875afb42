// SPDX-License-Identifier: MIT
//
// The log overwrites events that a scraper has not got, or that are kept for it.
#include "queue/local/scraper/scraper.hpp"

namespace oneshot::queue {

void Scraper::evict_before(const event_log::Offset& target) noexcept {
  const bool passes_cursor = target.bytes > cursor_.bytes;
  if (!passes_cursor && (aside_.empty() || aside_.begin().bytes >= target.bytes)) return;
  std::uint64_t gone = aside_.remove_before(target);
  if (passes_cursor) gone += target.events - cursor_.events;
  const bool counts_later = batch_taken_ && batch_from_ != From::again;
  if (counts_later) gone -= events_of_batch_in({evicted_until_, target});
  drop_as_full(gone);
  if (passes_cursor) {
    cursor_ = target;
    slot_.set_cursor(target.bytes);
  }
  evicted_until_ = event_log::later(evicted_until_, target);
  suspicion_.forget_before(target.events);
  sent_.remove_before(target);
  counted_.remove_before(target);
  keep_aside();
}

void Scraper::drop_as_full(std::uint64_t events) noexcept {
  dropped_full += events;
  loss_to_log += events;
}

void Scraper::let_go_of_kept(std::uint64_t offset) noexcept {
  for (KeptRange& kept : kept_) {
    if (kept.events.empty() || kept.events.begin().bytes >= offset) continue;
    kept.events = {};
    kept.gone = true;
    ++proofs_given_up;
  }
}

void Scraper::yield_kept(const event_log::Offset& target) noexcept {
  const std::uint64_t before = proofs_given_up;
  let_go_of_kept(target.bytes);
  if (!again_.empty() && again_.begin().bytes < target.bytes) {
    const bool in_flight = batch_taken_ && batch_from_ == From::again;
    const std::uint64_t later = in_flight ? batch_ranges_.events_in({yielded_until_, target}) : 0;
    again_lost_to_log += again_.remove_before(target) - later;
    if (before == proofs_given_up && !again_yields_) ++proofs_given_up;
    again_yields_ = !again_.empty();  // in steps, and counts once
    keep_aside();
  }
  yielded_until_ = event_log::later(yielded_until_, target);
}

}  // namespace oneshot::queue
