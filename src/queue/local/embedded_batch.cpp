// SPDX-License-Identifier: MIT
#include "queue/local/embedded_batch.hpp"

#include <cassert>
#include <mutex>
#include <utility>

namespace oneshot::queue {

EmbeddedBatch::EmbeddedBatch(std::shared_ptr<Ledger> ledger, const event_log::Offset& begin)
    : ledger_(std::move(ledger)),
      begin_(begin),
      end_(begin),
      times_(ledger_->clock_steps),
      lease_(ledger_->table.lease(begin.bytes)) {}

EmbeddedBatch::~EmbeddedBatch() {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->table.end_lease(lease_);
}

void EmbeddedBatch::walk_to(std::uint64_t end, std::uint64_t max_events) {
  const std::uint64_t all = end - begin_.bytes;  // as many steps as it takes
  static_cast<void>(ledger_->walk_batch(end_, begin_, end, max_events, all, times_));
}

std::size_t EmbeddedBatch::read(EventRef& next, std::span<BatchEvent> events) const noexcept {
  const event_log::EventLog& log = ledger_->log;
  std::uint64_t at = begin_.bytes + next * unit;
  std::size_t count = 0;
  while (at < end_.bytes && count < events.size()) {
    const std::uint64_t here = at;
    const event_log::Record& record = log.record_at(here);
    at += record.size();
    if (record.is_padding()) continue;
    events[count++] = {.ref = static_cast<EventRef>((here - begin_.bytes) / unit),
                       .series_hash = record.series_hash,
                       .labels = record.labels(),
                       .value = record.value,
                       .value_given = record.value_given(),
                       .unix_ms = times_.time_of(here, record.unix_ms),
                       .out_of_order = record.is_out_of_order(),
                       .metric = record.metric(),
                       .sent_unix_ms = record.sent_unix_ms(),
                       .key = record.key()};
  }
  next = static_cast<EventRef>((at - begin_.bytes) / unit);
  return count;
}

std::string_view EmbeddedBatch::labels_at(EventRef event) const noexcept {
  const std::uint64_t at = begin_.bytes + event * unit;
  assert(at < end_.bytes);
  return ledger_->log.record_at(at).labels();
}

}  // namespace oneshot::queue
