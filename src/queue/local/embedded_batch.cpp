// SPDX-License-Identifier: MIT
#include "queue/local/embedded_batch.hpp"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <utility>

#include "queue/record_reading.hpp"

namespace oneshot::queue {
namespace {

class LogLease final : public delivery::Lease {
 public:
  LogLease(std::shared_ptr<Ledger> ledger, std::uint64_t begin) noexcept : ledger_(std::move(ledger)), begin_(begin) {}

  [[nodiscard]] Wanted wanted(SteadyTime now) const noexcept override {
    const Room& room = ledger_->room;
    if (begin_ >= room.wanted_below()) return Wanted::no;
    if (room.is_patience_over(now)) return Wanted::back;
    return ledger_->is_above_high_watermark() ? Wanted::progress : Wanted::no;
  }
  void ended() noexcept override { ledger_->room.count_ended(); }

 private:
  std::shared_ptr<Ledger> ledger_;
  std::uint64_t begin_;
};

}  // namespace

EmbeddedBatch::EmbeddedBatch(std::shared_ptr<Ledger> ledger, const event_log::Offset& begin)
    : ledger_(std::move(ledger)),
      begin_(begin),
      end_(begin),
      times_(ledger_->clock_steps),
      lease_(ledger_->table.lease(begin.bytes)) {}

EmbeddedBatch::EmbeddedBatch(std::shared_ptr<Ledger> ledger, Ranges events)
    : EmbeddedBatch(std::move(ledger), events.begin()) {
  end_ = events.end();
  if (events.all().size() > 1) ranges_ = std::move(events);
}

EmbeddedBatch::~EmbeddedBatch() {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->table.end_lease(lease_);
}

void EmbeddedBatch::walk_to(std::uint64_t end, const BatchSize& most) {
  const std::uint64_t all = end - begin_.bytes;  // as many steps as it takes
  static_cast<void>(ledger_->walk_batch(end_, begin_, end, most, all, times_));
}

Ranges EmbeddedBatch::places_of(std::span<const EventRef> events) const {
  Ranges places;
  event_log::Offset at = begin_;
  for (const EventRef event : events) {
    ledger_->log.walk(at, begin_.bytes + event * unit, [](const event_log::Record&) { return false; });
    const event_log::Offset begin = at;
    bool passed = false;
    ledger_->log.walk(at, end_.bytes, [&passed](const event_log::Record&) { return std::exchange(passed, true); });
    places.add({begin, at});
  }
  return places;
}

template <class Read, class Make>
std::size_t EmbeddedBatch::read_by(EventRef& next, std::span<Read> events, const Make& make) const noexcept {
  std::uint64_t at = begin_.bytes + next * unit;
  std::size_t count = 0;
  if (ranges_.empty()) {
    count = read_range(at, end_.bytes, events, make);
  } else {
    auto range = std::ranges::upper_bound(ranges_.all(), at, {}, [](const Range& r) { return r.end.bytes; });
    for (; range != ranges_.all().end() && count < events.size(); ++range) {
      at = std::max(at, range->begin.bytes);
      count += read_range(at, range->end.bytes, events.subspan(count), make);
    }
  }
  next = static_cast<EventRef>((at - begin_.bytes) / unit);
  return count;
}

template <class Read, class Make>
std::size_t EmbeddedBatch::read_range(std::uint64_t& at, std::uint64_t end, std::span<Read> events,
                                      const Make& make) const noexcept {
  const event_log::EventLog& log = ledger_->log;
  std::size_t count = 0;
  while (at < end && count < events.size()) {
    const std::uint64_t here = at;
    const event_log::Record& record = log.record_at(here);
    record.fetch_next_ones();
    at += record.size();
    if (record.is_padding()) continue;
    events[count++] = make(record, static_cast<EventRef>((here - begin_.bytes) / unit));
  }
  return count;
}

std::size_t EmbeddedBatch::read(EventRef& next, std::span<BatchEvent> events) const noexcept {
  return read_by(next, events, [this](const event_log::Record& record, EventRef ref) {
    return event_of(record, ref, time_of(record, ref));
  });
}

std::size_t EmbeddedBatch::read_samples(EventRef& next, std::span<BatchSample> samples) const noexcept {
  return read_by(next, samples, [this](const event_log::Record& record, EventRef ref) {
    return sample_of(record, ref, time_of(record, ref));
  });
}

void EmbeddedBatch::samples_at(std::span<const EventRef> events, std::span<BatchSample> samples) const noexcept {
  const event_log::EventLog& log = ledger_->log;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const event_log::Record& record = log.record_at(begin_.bytes + events[i] * unit);
    record.fetch_next_ones();  // mostly they stand one behind the other
    samples[i] = sample_of(record, events[i], time_of(record, events[i]));
  }
}

Series EmbeddedBatch::series_at(EventRef event) const noexcept {
  const std::uint64_t at = begin_.bytes + event * unit;
  assert(at < end_.bytes);
  const event_log::Record& record = ledger_->log.record_at(at);
  return {record.metric(), record.labels()};
}

std::uint64_t EmbeddedBatch::hash_of(const Series& series) const noexcept {
  return ledger_->log.hash_of(series.metric, series.labels);
}

std::shared_ptr<delivery::Lease> EmbeddedBatch::lease() const {
  return std::make_shared<LogLease>(ledger_, begin_.bytes);
}

}  // namespace oneshot::queue
