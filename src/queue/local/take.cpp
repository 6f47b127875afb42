// SPDX-License-Identifier: MIT
//
// How a batch is found: walking from a cursor towards the end of the log, in steps.
#include <algorithm>
#include <cassert>
#include <memory>
#include <mutex>
#include <utility>

#include "queue/local/state.hpp"
#include "queue/queue_manager.hpp"

namespace oneshot::queue {

std::uint64_t QueueManager::State::readable_end() const noexcept {
  return std::max(log.published_end(), table.counted_end().bytes);
}

bool QueueManager::State::walk_batch(event_log::Offset& at, const event_log::Offset& first, std::uint64_t end,
                                     std::uint64_t events, std::uint64_t steps,
                                     const event_log::ClockSteps& times) const {
  const std::int64_t now_ms = clock.unix_ms();
  const auto too_early = [&](const event_log::Record& record) {
    return explicit_timestamps && !record.is_padding() && times.time_of(at.bytes, record.unix_ms) > now_ms;
  };
  bool more = false;
  log.walk(at, end, [&](const event_log::Record& record) {
    if (at.events - first.events >= events || too_early(record)) return true;
    more = steps == 0;
    if (!more) --steps;
    return more;
  });
  return !more;
}

void QueueManager::State::catch_up(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t goal = readable_end();
  for (;;) {
    event_log::Offset at = table.counted_end();
    std::uint64_t steps = walk_step;
    log.walk(at, goal, [&](const event_log::Record&) { return steps-- == 0; });
    table.advance_counted_end(at);
    if (at.bytes >= goal) return;
    lock.unlock();
    lock.lock();
  }
}

Turn QueueManager::try_take(Ticket& ticket) {
  State& state = *state_;
  Ticket::Place& place = *ticket.place_;
  const SteadyTime now = state.clock.steady();

  assert(place.scraper != nullptr);  // one batch for a ticket
  Scraper& scraper = *place.scraper;
  const std::lock_guard lock(state.mutex);
  scraper.last_seen = now;
  if (scraper.line.empty() || scraper.line.front() != place.number) return NotYet{};
  if (scraper.batch_taken()) {
    std::shared_ptr<delivery::Transfer> transfer = scraper.transfer.lock();
    if (transfer == nullptr) return NotYet{};
    return Ask{std::move(transfer)};
  }

  const event_log::Offset cursor = scraper.cursor();
  const event_log::Offset& counted_end = state.table.counted_end();
  const std::uint64_t events = state.options.max_events_per_scrape;
  if (!place.goal || place.from != cursor) {  // the cursor moves meanwhile when the log had to make room
    place.goal = state.readable_end();
    place.from = place.walked = cursor;
  }
  // What somebody has counted already need not be walked again, unless times have to be looked at.
  if (!state.explicit_timestamps && counted_end.events - cursor.events <= events) {
    place.walked = event_log::later(place.walked, counted_end);
  }
  if (!state.walk_batch(place.walked, cursor, *place.goal, events, walk_step, state.clock_steps)) return MoreToWalk{};
  state.table.advance_counted_end(place.walked);

  const std::uint64_t count = place.walked.events - cursor.events;
  if (count == 0) {
    scraper.pass_over(place.walked);
    auto nothing = std::make_unique<Delivery::Batch>(state_, place.name, nullptr, Reading(), 0);
    scraper.line.pop_front();
    place.scraper = nullptr;
    return Delivery(std::move(nothing));
  }
  const auto lease = state.table.lease(cursor.bytes);
  Reading reading(std::make_unique<Reading::Lease>(state_, lease, cursor, place.walked));
  auto batch = std::make_unique<Delivery::Batch>(state_, place.name, &scraper, std::move(reading), count);
  scraper.line.pop_front();
  place.scraper = nullptr;
  scraper.take(place.walked);
  return Delivery(std::move(batch));
}

std::optional<Reading> QueueManager::peek(std::string_view name) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  const Scraper* scraper = state.table.find(name);
  if (scraper == nullptr) return std::nullopt;
  const event_log::Offset cursor = scraper->cursor();
  const std::uint64_t end = state.readable_end();
  const std::uint64_t events = state.options.max_events_per_scrape;
  auto lease = std::make_unique<Reading::Lease>(state_, state.table.lease(cursor.bytes), cursor, cursor);
  lock.unlock();

  const std::uint64_t all = end - cursor.bytes;  // as many steps as it takes
  state.walk_batch(lease->end, cursor, end, events, all, lease->times);
  return Reading(std::move(lease));
}

}  // namespace oneshot::queue
