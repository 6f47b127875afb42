// SPDX-License-Identifier: MIT
// What an event is to a scraper, and how an operator moves its cursor. Each change is one store in the file, after
// which it holds, and what follows only tidies up: a kill in between leaves what waits below the cursor to a start.
#include <cassert>

#include "base/crash_point.hpp"
#include "queue/local/scraper/scraper.hpp"

namespace oneshot::queue {

Standing Scraper::standing_of(std::uint64_t offset) const noexcept {
  const bool in_batch = batch_from_ == From::cursor ? batch_begin_.bytes <= offset && offset < batch_end_.bytes
                                                    : batch_ranges_.contains(offset);
  if (batch_taken_ && in_batch) return Standing::in_flight;
  const bool waits = offset >= cursor_.bytes || aside_.contains(offset) || again_.contains(offset);
  return waits ? Standing::waiting : Standing::past;
}

std::uint64_t Scraper::go_back_to(const event_log::Offset& to) {
  assert(!batch_taken_);
  if (to.events >= cursor_.events) return 0;
  const Range back{to, cursor_};
  const std::uint64_t events = back.events() - aside_.events_in(back);
  cursor_ = to;
  slot_.set_cursor(to.bytes);
  crash_point("replay.cursor");
  aside_.remove(back);
  again_.remove(back);
  keep_aside();
  evicted_until_ = yielded_until_ = {};  // what was evicted there and is in the log all the same goes out now
  suspicion_ = {};                       // what is tried alone would hold up all that comes before it now
  if (to.bytes < first_offset) {
    first_offset = to.bytes;
    slot_.set_begin(first_offset);
  }
  replayed += events;
  return events;
}

std::uint64_t Scraper::skip_to(const event_log::Offset& end, std::int64_t now_unix_ms) {
  assert(!batch_taken_);
  Ranges dropped = aside_;
  dropped.add({cursor_, end});
  if (dropped.empty() && again_.empty()) return 0;
  cursor_ = event_log::later(cursor_, end);
  slot_.set_cursor(cursor_.bytes);
  crash_point("skip.cursor");
  aside_ = {};
  again_ = {};
  keep_aside();
  suspicion_ = {};
  sent_.remove_before(cursor_);
  counted_.remove_before(cursor_);
  past.note(dropped, now_unix_ms, "skipped");
  dropped_skipped += dropped.events();
  return dropped.events();
}

}  // namespace oneshot::queue
