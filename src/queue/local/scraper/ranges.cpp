// SPDX-License-Identifier: MIT
//
// Places are compared by the number of events before them: two that only padding records lie between are the same.
#include "queue/local/scraper/ranges.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::queue {
namespace {

const event_log::Offset& earlier(const event_log::Offset& a, const event_log::Offset& b) noexcept {
  return b.bytes < a.bytes ? b : a;
}

}  // namespace

std::uint64_t Ranges::events() const noexcept {
  std::uint64_t events = 0;
  for (const Range& range : ranges_) events += range.events();
  return events;
}

std::uint64_t Ranges::events_in(const Range& wanted) const noexcept {
  std::uint64_t events = 0;
  for (const Range& range : ranges_) events += range.events_in(wanted);
  return events;
}

bool Ranges::contains(std::uint64_t bytes) const noexcept {
  const auto range = std::ranges::upper_bound(ranges_, bytes, {}, [](const Range& r) { return r.end.bytes; });
  return range != ranges_.end() && range->begin.bytes <= bytes;
}

void Ranges::add(const Range& range) {
  if (range.events() == 0) return;
  Range whole = range;
  // Those that touch it become one with it.
  const auto first =
      std::ranges::lower_bound(ranges_, whole.begin.events, {}, [](const Range& r) { return r.end.events; });
  auto last = first;
  for (; last != ranges_.end() && last->begin.events <= whole.end.events; ++last) {
    if (last->begin.events <= whole.begin.events) whole.begin = earlier(last->begin, whole.begin);
    if (last->end.events >= whole.end.events) whole.end = event_log::later(last->end, whole.end);
  }
  ranges_.insert(ranges_.erase(first, last), whole);
}

void Ranges::add(const Ranges& other) {
  for (const Range& range : other.ranges_) add(range);
}

void Ranges::remove(const Range& range) { remove(Ranges(range)); }

void Ranges::remove(const Ranges& other) {
  std::vector<Range> rest;
  auto next = other.ranges_.begin();  // in one pass: a batch may be thousands of single events
  for (Range mine : ranges_) {
    while (next != other.ranges_.end() && next->end.events <= mine.begin.events) ++next;
    for (; next != other.ranges_.end() && next->begin.events < mine.end.events; ++next) {
      if (next->begin.events > mine.begin.events) rest.push_back({mine.begin, next->begin});
      mine.begin = event_log::later(mine.begin, next->end);
      if (next->end.events >= mine.end.events) break;
    }
    if (mine.begin.events < mine.end.events) rest.push_back(mine);
  }
  ranges_ = std::move(rest);
}

std::uint64_t Ranges::remove_before(const event_log::Offset& mark) noexcept {
  std::uint64_t events = 0;
  auto rest = ranges_.begin();
  for (; rest != ranges_.end() && rest->end.events <= mark.events; ++rest) events += rest->events();
  ranges_.erase(ranges_.begin(), rest);
  if (ranges_.empty() || ranges_.front().begin.bytes >= mark.bytes) return events;
  events += mark.events - ranges_.front().begin.events;
  ranges_.front().begin = mark;
  return events;
}

Ranges Ranges::before(const event_log::Offset& mark) const {
  Ranges part;
  for (const Range& range : ranges_) {
    if (range.begin.events >= mark.events) break;
    part.ranges_.push_back({range.begin, range.end.events > mark.events ? mark : range.end});
  }
  return part;
}

}  // namespace oneshot::queue
