// SPDX-License-Identifier: MIT
#include "queue/local/scraper/past_batches.hpp"

#include <algorithm>

namespace oneshot::queue {

void PastBatches::note(const Ranges& events, std::int64_t unix_ms, std::string_view dropped) {
  // A batch of thousands of single events would push out all others.
  const bool as_one = events.all().size() > most_of_one;
  if (as_one) return note(Ranges({events.begin(), events.end()}), unix_ms, dropped);
  for (const Range& range : events.all()) {
    if (past_.size() == most) past_.pop_front();
    past_.push_back({range, unix_ms, dropped});
  }
}

const PastBatches::Past* PastBatches::of(std::uint64_t bytes) const noexcept {
  const auto last = std::find_if(past_.rbegin(), past_.rend(), [bytes](const Past& past) {
    return past.events.begin.bytes <= bytes && bytes < past.events.end.bytes;
  });
  return last == past_.rend() ? nullptr : &*last;
}

}  // namespace oneshot::queue
