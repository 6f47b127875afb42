// SPDX-License-Identifier: MIT
#include "queue/local/next_batch.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::queue {
namespace {

/// In the place of a suspect.
std::optional<NextBatch::Choice> another(Ledger& ledger, Scraper& scraper) {
  const std::uint64_t distance = scraper.distance_of_another();
  if (distance == 0) return std::nullopt;
  Ledger::Another another = ledger.another(scraper, distance);
  if (another.event.empty()) {
    scraper.no_other_there();
    return std::nullopt;
  }
  return NextBatch::Choice{.from = another.from, .behind_cursor = {}, .events = std::move(another.event)};
}

}  // namespace

std::optional<NextBatch::Choice> NextBatch::find(Ledger& ledger, Scraper& scraper, std::uint64_t steps) {
  if (std::optional<Choice> other = another(ledger, scraper)) return other;
  if (const Ranges& below = scraper.first_below(); !below.empty())
    return Choice{.from = &below == &scraper.aside() ? From::aside : From::again,
                  .behind_cursor = {},
                  .events = ledger.first_of(below, scraper.next_size(ledger.allowed()))};
  if (!walk(ledger, scraper, steps)) return std::nullopt;
  return Choice{.from = From::cursor, .behind_cursor = {from_, walked_}, .events = {}};
}

std::uint64_t NextBatch::take(Ledger& ledger, Scraper& scraper, const Choice& choice) {
  if (choice.empty()) {
    scraper.pass_over(choice.behind_cursor.end);
    return ledger.next_number(scraper);
  }
  const std::uint64_t number = ledger.number_of_batch(scraper);
  if (choice.from == From::cursor) {
    scraper.take(choice.behind_cursor.end, number);
  } else {
    ledger.table.advance_counted_end(choice.events.end());
    scraper.take(choice.from, choice.events, number);
  }
  return number;
}

bool NextBatch::walk(Ledger& ledger, Scraper& scraper, std::uint64_t steps) {
  const event_log::Offset cursor = scraper.cursor();
  const event_log::Offset& counted_end = ledger.table.counted_end();
  const BatchSize most = scraper.next_size(ledger.allowed());
  if (!goal_ || from_ != cursor) {  // the cursor moves meanwhile when the log had to make room
    goal_ = ledger.readable_end();
    from_ = walked_ = cursor;
  }
  // What was counted before need not be walked again, unless times have to be looked at.
  if (!ledger.explicit_timestamps && counted_end.events - cursor.events <= most.events &&
      counted_end.bytes - cursor.bytes <= std::min(most.bytes, longest_span)) {
    walked_ = event_log::later(walked_, counted_end);
  }
  const bool done = ledger.walk_batch(walked_, cursor, *goal_, most, steps, ledger.clock_steps);
  if (done) {
    ledger.table.advance_counted_end(walked_);
  } else {
    ledger.table.places().note(walked_);  // or a large batch would have one place, at its end
  }
  return done;
}

}  // namespace oneshot::queue
