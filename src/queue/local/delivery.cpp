// SPDX-License-Identifier: MIT
#include "queue/local/delivery.hpp"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "queue/local/state.hpp"
#include "queue/queue_manager.hpp"

namespace oneshot::queue {
namespace {

// A batch with timestamps of its own can fail a scraper each time (it rejects the whole scrape for one sample
// that it does not like), and would then keep out all that comes after it.
constexpr unsigned unconfirmed_limit = 3;

}  // namespace

Reading::Reading() noexcept = default;
Reading::Reading(std::unique_ptr<Lease> lease) noexcept : lease_(std::move(lease)) {}
Reading::Reading(Reading&&) noexcept = default;
Reading& Reading::operator=(Reading&&) noexcept = default;
Reading::~Reading() = default;

Reading::Lease::~Lease() {
  const std::lock_guard lock(state->mutex);
  state->table.end_lease(place);
}

std::uint64_t Reading::events() const noexcept {
  return lease_ == nullptr ? 0 : lease_->end.events - lease_->begin.events;
}
std::uint64_t Reading::begin() const noexcept { return lease_ == nullptr ? 0 : lease_->begin.bytes; }
std::uint64_t Reading::end() const noexcept { return lease_ == nullptr ? 0 : lease_->end.bytes; }

bool Reading::next(std::uint64_t& offset, event_log::StoredEvent& event) const noexcept {
  const std::uint64_t last = end();
  while (offset < last) {
    assert(offset >= begin());
    const event_log::Record& record = lease_->state->log.record_at(offset);
    const std::uint64_t here = std::exchange(offset, offset + record.size());
    if (record.is_padding()) continue;
    event = at(here);
    return true;
  }
  return false;
}

std::size_t Reading::next(std::uint64_t& offset, std::span<event_log::StoredEvent> events) const noexcept {
  std::size_t count = 0;
  while (count < events.size() && next(offset, events[count])) ++count;
  return count;
}

event_log::StoredEvent Reading::at(std::uint64_t offset) const noexcept {
  assert(offset >= begin() && offset < end());
  event_log::StoredEvent event = lease_->state->log.event_at(offset);
  event.unix_ms = lease_->times.time_of(offset, event.unix_ms);
  return event;
}

Delivery::Delivery(std::unique_ptr<Batch> batch) noexcept : batch_(std::move(batch)) {}
Delivery::Delivery(Delivery&&) noexcept = default;
Delivery& Delivery::operator=(Delivery&&) noexcept = default;
Delivery::~Delivery() = default;

Delivery::Batch::~Batch() {
  if (scraper == nullptr) return;
  const std::lock_guard lock(state->mutex);
  scraper->put_back();
  scraper->transfer.reset();
}

const Reading& Delivery::events() const noexcept { return batch_->reading; }
std::uint64_t Delivery::count() const noexcept { return batch_->count; }

void Delivery::in_transfer(std::weak_ptr<delivery::Transfer> transfer) {
  if (batch_->scraper == nullptr) return;
  const std::lock_guard lock(batch_->state->mutex);
  batch_->scraper->transfer.swap(transfer);
}

void Delivery::handed_over(bool kernel_will_send) {
  Batch& batch = *batch_;
  if (batch.scraper != nullptr && kernel_will_send) {
    const std::lock_guard lock(batch.state->mutex);
    batch.scraper->handed_over();
  }
  batch.reading = Reading();
}

void Delivery::settle(delivery::Outcome outcome) {
  Batch& batch = *batch_;
  batch.reading = Reading();
  Scraper* scraper = std::exchange(batch.scraper, nullptr);
  if (scraper == nullptr) return;

  QueueManager::State& state = *batch.state;
  const std::string name(batch.name);
  const SteadyTime now = state.clock.steady();
  std::unique_lock lock(state.mutex);
  scraper->last_seen = now;
  scraper->transfer.reset();
  const std::uint64_t given_up = scraper->settle(outcome, state.explicit_timestamps ? unconfirmed_limit : 0);
  lock.unlock();

  if (given_up > 0) {
    log::warn("events were sent three times and never read to the end: given up, counted as delivered",
              {{"scraper", name}, {"events", given_up}});
  }
}

Ticket::Ticket(std::unique_ptr<Place> place) : place_(std::move(place)) {}
Ticket::Ticket(Ticket&&) noexcept = default;
Ticket& Ticket::operator=(Ticket&&) noexcept = default;
Ticket::~Ticket() = default;

Ticket::Place::~Place() {
  if (scraper == nullptr) return;
  const std::lock_guard lock(state->mutex);
  std::erase(scraper->line, number);
}

}  // namespace oneshot::queue
