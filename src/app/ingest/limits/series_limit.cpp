// SPDX-License-Identifier: MIT
#include "app/ingest/limits/series_limit.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <utility>

namespace oneshot::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t least_places = 1024;

// Minutes count from an hour before the clock's own zero, so that there is an hour before each of them.
constexpr minutes before_zero{60};

std::uint64_t minute_of(SteadyTime now) noexcept {
  const auto passed = std::chrono::duration_cast<minutes>(now.time_since_epoch()) + before_zero;
  return static_cast<std::uint64_t>(passed.count());
}

SteadyTime begin_of(std::uint64_t minute) noexcept {
  return SteadyTime(minutes(static_cast<minutes::rep>(minute)) - before_zero);
}

}  // namespace

Result<void, SeriesLimit::SeriesError> SeriesLimit::admit(std::span<const event::Event> events, std::size_t max,
                                                          SteadyTime now, RecentSeries& recent) {
  const std::uint64_t minute = minute_of(now);
  const auto is_recent = [&](const event::Event& event) { return recent.has(word_of(event, minute)); };
  if (std::ranges::all_of(events, is_recent)) return {};
  const std::lock_guard lock(mutex_);
  advance(minute);
  return admit_locked(events, max, now, recent);
}

Result<void, SeriesLimit::SeriesError> SeriesLimit::admit_locked(std::span<const event::Event> events, std::size_t max,
                                                                 SteadyTime now, RecentSeries& recent) {
  std::vector<SeriesWord> added;  // of a batch, which a later one of its events may yet refuse
  for (std::size_t i = 0; i < events.size(); ++i) {
    const SeriesWord series = word_of(events[i], minute_);
    if (refresh(series)) continue;
    if (live_ >= max) {
      for (const SeriesWord one : added) remove(one);
      return Unexpected{refuse(events, i, now)};
    }
    insert(series);
    if (events.size() > 1) added.push_back(series);
    label_values_.note(events[i].labels);
  }
  for (const event::Event& event : events) recent.note(word_of(event, minute_));
  return {};
}

std::size_t SeriesLimit::count(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  advance(minute_of(now));
  return live_;
}

SeriesWord SeriesLimit::word_of(const event::Event& event, std::uint64_t minute) const noexcept {
  std::uint64_t hash = hash_bytes(event.labels, seed_);
  if (!event.metric.empty()) hash ^= std::rotl(hash_bytes(event.metric, seed_), 1);
  return {hash, minute};
}

void SeriesLimit::advance(std::uint64_t minute) {
  if (minute <= minute_) return;  // another worker has looked at the clock since
  if (minute - minute_ >= window_minutes) return forget_all(minute);
  const bool another_hour = minute / window_minutes != minute_ / window_minutes;
  while (minute_ < minute) live_ -= std::exchange(came_in(++minute_), 0);
  if (!another_hour) return;
  rebuild();
  label_values_.age();
}

void SeriesLimit::forget_all(std::uint64_t minute) {
  table_.clear();
  used_ = live_ = 0;
  came_.fill(0);
  minute_ = minute;
  label_values_ = LabelValues();
}

std::size_t SeriesLimit::find(SeriesWord series) const noexcept {
  std::size_t place = series.place(table_.size());
  while (!table_[place].none() && !table_[place].same_series(series)) place = (place + 1) & (table_.size() - 1);
  return place;
}

bool SeriesLimit::refresh(SeriesWord series) noexcept {
  if (table_.empty()) return false;
  SeriesWord& known = table_[find(series)];
  if (!lives(known)) return false;
  --came_in(minute_ - known.age(minute_));
  ++came_in(minute_);
  known = series;
  return true;
}

void SeriesLimit::insert(SeriesWord series) {
  if ((used_ + 1) * 4 > table_.size() * 3) rebuild();
  SeriesWord& place = table_[find(series)];
  if (place.none()) ++used_;
  place = series;
  ++live_;
  ++came_in(minute_);
}

void SeriesLimit::remove(SeriesWord series) noexcept {
  SeriesWord& place = table_[find(series)];
  place = place.as_of(minute_ - window_minutes);
  --live_;
  --came_in(minute_);
}

void SeriesLimit::rebuild() {
  std::vector<SeriesWord> old(std::max(least_places, std::bit_ceil(live_ * 2 + 1)));
  old.swap(table_);
  used_ = live_;
  for (const SeriesWord series : old)
    if (lives(series)) table_[find(series)] = series;
}

SeriesLimit::SeriesError SeriesLimit::refuse(std::span<const event::Event> events, std::size_t at, SteadyTime now) {
  label_values_.note(events[at].labels);
  const LabelValues::Most most = label_values_.most_of(events[at].labels);
  std::uint64_t oldest = minute_ - window_minutes + 1;
  while (oldest < minute_ && came_in(oldest) == 0) ++oldest;
  const auto wait = std::chrono::ceil<seconds>(begin_of(oldest + window_minutes) - now);
  return {at, std::string(most.name), most.values, static_cast<unsigned>(std::max<seconds::rep>(wait.count(), 1))};
}

}  // namespace oneshot::app
