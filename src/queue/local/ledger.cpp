// SPDX-License-Identifier: MIT
#include "queue/local/ledger.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace oneshot::queue {
namespace {

event_log::EventLog::Start start_of(const storage::Store& storage, std::uint64_t reserved_end, storage::Sync sync) {
  return {.begin = storage.found().begin,
          .end = storage.found().end,
          .salt = storage.salt(),
          .reserved_end = reserved_end,
          .only_durable = sync == storage::Sync::always,
          .in_flight = storage.in_flight()};
}

}  // namespace

Ledger::Ledger(event_log::Ring ring, const Options& given, const Clock& the_clock)
    : clock(the_clock),
      explicit_timestamps(given.explicit_timestamps),
      log(std::move(ring), event_log::EventLog::Start{}, given.appenders, the_clock, given.explicit_timestamps),
      table(losses, the_clock.steady()),
      options(given) {}

Ledger::Ledger(std::unique_ptr<storage::Store> opened, std::uint64_t reserved_end, const Options& given,
               const Clock& the_clock)
    : clock(the_clock),
      explicit_timestamps(given.explicit_timestamps),
      storage(std::move(opened)),
      log(storage->take_ring(), start_of(*storage, reserved_end, given.storage.sync), given.appenders, the_clock,
          given.explicit_timestamps),
      table(losses, the_clock.steady(), &storage->slots()),
      options(given) {}

Ledger::~Ledger() {
  flusher.reset();
  if (storage != nullptr) storage->end(log.tail());
}

void Ledger::add_named(SteadyTime now) {
  for (const std::string& name : options.names) {
    if (table.find(name) == nullptr) table.add(name, true, now);
  }
}

std::uint64_t Ledger::readable_end() const noexcept { return std::max(log.published_end(), table.counted_end().bytes); }

void Ledger::catch_up(std::unique_lock<std::mutex>& lock) {
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

bool Ledger::walk_batch(event_log::Offset& at, const event_log::Offset& first, std::uint64_t end, std::uint64_t events,
                        std::uint64_t steps, const event_log::ClockSteps& times) const {
  const std::int64_t now_ms = clock.unix_ms();
  const auto too_early = [&](const event_log::Record& record) {
    return explicit_timestamps && !record.is_padding() && times.time_of(at.bytes, record.unix_ms) > now_ms;
  };
  // The last record begins before this, and a padding record is the longest there is.
  const std::uint64_t stop = std::min(end, first.bytes + longest_batch - event_log::Record::max_padding);
  bool more = false;
  log.walk(at, stop, [&](const event_log::Record& record) {
    if (at.events - first.events >= events || too_early(record)) return true;
    more = steps == 0;
    if (!more) --steps;
    return more;
  });
  return !more;
}

}  // namespace oneshot::queue
