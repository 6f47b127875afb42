// SPDX-License-Identifier: MIT
//
// What becomes of a batch: its outcome is judged, its events are counted, and the cursor, what is set aside, and the
// file follow, in an order in which a kill between two steps neither loses an event nor counts one twice.
#include <cassert>

#include "base/crash_point.hpp"
#include "queue/local/scraper/scraper.hpp"

namespace oneshot::queue {

Fate Scraper::settle(delivery::Outcome outcome, const Settling& settling) {
  assert(batch_taken_);
  const Fate fate = judge(outcome, settling);
  const bool leaves = fate != Fate::to_be_sent_again;
  batch_taken_ = left_out_ = false;
  note_sent(leaves);
  if (leaves) {
    count(fate);
    past.note(batch(), settling.now_unix_ms, fate == Fate::refused ? "refused" : "");
  } else {
    drop_evicted_of_batch();  // what was evicted meanwhile
  }
  if (batch_from_ == From::cursor) {
    settle_at_cursor(leaves);
  } else if (batch_from_ == From::beyond) {
    settle_beyond(leaves);
  } else {
    settle_below(leaves);
  }
  crash_point("settle.settled");
  return fate;
}

Fate Scraper::judge(delivery::Outcome outcome, const Settling& settling) {
  limit_.settled(outcome, batch_size(), settling.allowed, settling.now);
  if (outcome == delivery::Outcome::delivered) {
    suspicion_.delivered(batch_begin_.events, batch_end_.events);
    return Fate::delivered;
  }
  if (batch_events_ > 1) return Fate::to_be_sent_again;
  const Suspicion::Verdict verdict =
      suspicion_.failed(batch_begin_.events, outcome, batch_is_tried_, settling.explicit_timestamps);
  if (verdict == Suspicion::Verdict::send_again) return Fate::to_be_sent_again;
  limit_.event_was_at_fault();
  return verdict == Suspicion::Verdict::unread ? Fate::given_up : Fate::refused;
}

// What is sent again was counted once.
void Scraper::count(Fate fate) noexcept {
  const bool is_counted = batch_from_ == From::again;
  if (fate == Fate::refused) {
    (is_counted ? proofs_given_up : dropped_refused) += batch_events_;
    return;
  }
  if (!is_counted) delivered += batch_events_;
  if (fate == Fate::given_up) {
    given_up += batch_events_;
    return;
  }
  // What the startup hold had kept for it was there for anybody who asked first.
  has_come_again = has_come_again || batch_end_.bytes > came_at;
}

void Scraper::settle_at_cursor(bool received) noexcept {
  if (!received) {
    slot_.set_no_batch();  // first: or it would count as delivered whole
    crash_point("settle.withdrawn");
    return;
  }
  crash_point("settle.withdrawn");
  cursor_ = event_log::later(cursor_, batch_end_);
  slot_.set_cursor(cursor_.bytes);
  crash_point("settle.cursor");
  slot_.set_no_batch();  // last: a batch below its cursor is none
}

// In the file stands already what is passed over.
void Scraper::settle_beyond(bool received) {
  if (received && cursor_.bytes < batch_begin_.bytes) aside_.add({cursor_, batch_begin_});
  settle_at_cursor(received);
  keep_aside();
}

// What is set aside begins behind the batch, as a cursor would stand there.
void Scraper::settle_below(bool received) {
  if (received) {
    (batch_from_ == From::aside ? aside_ : again_).remove(batch_ranges_);
    keep_aside();
    crash_point("aside.settled");
  }
  slot_.set_no_batch();
}

void Scraper::drop_evicted_of_batch() noexcept {
  const std::uint64_t lost = evicted_of_batch();
  if (batch_from_ == From::again) {
    again_lost_to_log += lost;
  } else {
    drop_as_full(lost);
  }
}

void Scraper::put_back() {
  assert(batch_taken_);
  batch_taken_ = left_out_ = false;
  slot_.set_no_batch();
  if (batch_from_ == From::beyond) keep_aside();
  drop_evicted_of_batch();
}

}  // namespace oneshot::queue
