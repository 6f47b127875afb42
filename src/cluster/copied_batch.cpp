// SPDX-License-Identifier: MIT
#include "cluster/copied_batch.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "queue/record_reading.hpp"

namespace oneshot::cluster {
namespace {

constexpr std::uint64_t unit = sizeof(std::uint64_t);

queue::BatchEvent event_of(const event_log::Record& record, queue::EventRef ref) noexcept {
  return queue::event_of(record, ref, record.unix_ms);
}

queue::BatchSample sample_of(const event_log::Record& record, queue::EventRef ref) noexcept {
  return queue::sample_of(record, ref, record.unix_ms);
}

}  // namespace

CopiedBatch::CopiedBatch(const std::shared_ptr<queue::Ledger>& ledger, const queue::Ranges& events)
    : ledger_(ledger), events_(events.events()) {
  for (const queue::Range& range : events.all()) {
    const std::size_t size = (range.end.bytes - range.begin.bytes) / unit;
    const std::size_t at = records_.size();
    records_.resize(at + size);
    std::memcpy(records_.data() + at, &ledger->log.record_at(range.begin.bytes), size * unit);
  }
}

const event_log::Record& CopiedBatch::record_at(std::uint64_t at) const noexcept {
  return *std::launder(reinterpret_cast<const event_log::Record*>(records_.data() + at));
}

template <class Read, class Make>
std::size_t CopiedBatch::read_by(queue::EventRef& next, std::span<Read> events, const Make& make) const noexcept {
  std::size_t count = 0;
  while (next < records_.size() && count < events.size()) {
    const queue::EventRef here = next;
    const event_log::Record& record = record_at(here);
    record.fetch_next_ones();
    next += static_cast<queue::EventRef>(record.size() / unit);
    if (!record.is_padding()) events[count++] = make(record, here);
  }
  return count;
}

std::size_t CopiedBatch::read(queue::EventRef& next, std::span<queue::BatchEvent> events) const noexcept {
  return read_by(next, events, event_of);
}

std::size_t CopiedBatch::read_samples(queue::EventRef& next, std::span<queue::BatchSample> samples) const noexcept {
  return read_by(next, samples, sample_of);
}

void CopiedBatch::samples_at(std::span<const queue::EventRef> events,
                             std::span<queue::BatchSample> samples) const noexcept {
  for (std::size_t i = 0; i < events.size(); ++i) samples[i] = sample_of(record_at(events[i]), events[i]);
}

queue::Series CopiedBatch::series_at(queue::EventRef event) const noexcept {
  const event_log::Record& record = record_at(event);
  return {record.metric(), record.labels()};
}

std::uint64_t CopiedBatch::hash_of(const queue::Series& series) const noexcept {
  return ledger_->log.hash_of(series.metric, series.labels);
}

}  // namespace oneshot::cluster
