// SPDX-License-Identifier: MIT
//
// How a scrape waits: in the queue of its scraper, and there for the receipt of the batch before, of which it asks the
// transfer.
#include "queue/local/waiting_scrape.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "queue/local/embedded_delivery.hpp"
#include "queue/local/making_room/evictor.hpp"
#include "queue/local/scraper/newcomers.hpp"

namespace oneshot::queue {
namespace {

// A scrape that was given up proves nothing about the one before it, whose batch may yet be read, or fail. And the end
// of the connection of a scrape comes a moment behind its request. So a scrape waits for so long, and looks whether its
// own client is still there, before it asks what became of the earlier batch: asking can reset that one's connection.
constexpr std::chrono::milliseconds end_comes_behind{5};
// Between two looks whether there is room again. A look, not an event: each look makes room itself (is_in_the_way), and
// may be the only one to do so, since what keeps the room, a lease, ends without the lock, on the thread of its
// connection. Such a wait is rare, and ends with the patience of Room at the latest, a second.
constexpr std::chrono::milliseconds room_step{50};
// A second scrape that comes so long after the first earns a place: one that comes at once is a retry, or a script's.
constexpr std::chrono::seconds comes_again{1};

/// A scraper that was displaced, and of which something is still on its way, has no place.
Scraper* find_with_place(Ledger& ledger, std::string_view name) {
  Scraper* const scraper = ledger.table.find(name);
  return scraper == nullptr || scraper->displaced ? nullptr : scraper;
}

Result<void, NoBatch> check_place(Newcomers::Verdict verdict) noexcept {
  if (verdict == Newcomers::Verdict::all_taken) return Unexpected{NoBatch::too_many_scrapers};
  if (verdict == Newcomers::Verdict::share_used) return Unexpected{NoBatch::too_many_of_origin};
  return {};
}

}  // namespace

WaitingScrape::WaitingScrape(std::shared_ptr<Ledger> ledger, std::string_view name, Scraper& scraper)
    : ledger_(std::move(ledger)), name_(name), scraper_(&scraper), number_(scraper.wait_queue.enter()) {}

WaitingScrape::~WaitingScrape() {
  if (scraper_ == nullptr) return;
  WaitQueue::Wake next;
  {
    const std::lock_guard lock(ledger_->mutex);
    next = scraper_->wait_queue.leave(number_);
  }
  notify(next);
}

Result<std::unique_ptr<WaitingScrape>, NoBatch> WaitingScrape::enter(std::shared_ptr<Ledger> shared,
                                                                     std::string_view name, Coming coming) {
  Ledger& ledger = *shared;
  const SteadyTime now = ledger.clock.steady();
  const std::int64_t now_ms = ledger.clock.unix_ms();
  bool is_new = false;
  bool had_place = true;
  bool is_told = false;
  bool is_kept = true;
  std::uint64_t waiting = 0;

  std::unique_lock lock(ledger.mutex);
  Scraper* scraper = find_with_place(ledger, name);
  if (scraper == nullptr) {
    const Newcomers::Place place = Newcomers::find_place(ledger.table.all(), coming.origin, ledger.options.max_unnamed);
    if (const auto has_place = check_place(place.verdict); !has_place) return Unexpected{has_place.error()};
    ledger.catch_up(lock);  // lets go of the lock, so everything is looked up again
    scraper = find_with_place(ledger, name);
  }
  if (scraper == nullptr) {
    had_place = false;
    const Newcomers::Place place = Newcomers::find_place(ledger.table.all(), coming.origin, ledger.options.max_unnamed);
    if (const auto has_place = check_place(place.verdict); !has_place) return Unexpected{has_place.error()};
    if (place.verdict == Newcomers::Verdict::instead_of) ledger.table.displace(place.other);
    ledger.table.hold().end_if_due(now, ledger.options.startup_hold);
    scraper = ledger.table.find(name);
    is_new = scraper == nullptr;
    if (is_new) scraper = &ledger.add(name, now, coming.since_unix_ms);
    scraper->displaced = false;
    const auto before = ledger.table.displaced_names().scrapes_before(name, now, ledger.options.forget_after);
    scraper->scrapes_in_a_row = static_cast<std::uint16_t>(before + 1);
    if (scraper->scrapes_in_a_row >= DisplacedNames::earn_a_place) scraper->has_come_again = true;
    scraper->origin = coming.origin;
    if (is_new) scraper->came_at = ledger.table.counted_end().bytes;
    waiting = scraper->waiting(ledger.table.counted_end());
    is_kept = ledger.storage == nullptr || scraper->slot().is_kept();
    is_told = is_new && ledger.newcomer_lines.take(now);
  }
  if (scraper->wait_queue.is_full()) return Unexpected{NoBatch::wait_queue_full};
  ledger.table.hold().somebody_came();
  scraper->has_come_again = scraper->has_come_again || now - scraper->first_seen >= comes_again;
  if (had_place && now - scraper->last_seen < DisplacedNames::comes_again) scraper->scrapes_in_a_row = 1;
  scraper->last_seen = now;
  scraper->last_scrape_unix_ms = now_ms;
  const std::string_view lasting_name = ledger.table.all().find(name)->first;
  std::unique_ptr<WaitingScrape> waiter(new WaitingScrape(std::move(shared), lasting_name, *scraper));
  lock.unlock();

  if (is_told && !is_kept)
    log::warn("the event log has no place for one more scraper: it will not be known after a restart",
              {{"scraper", name}, {"scrapers", storage::format::slot_count}});
  if (is_told) log::info("new scraper", {{"scraper", name}, {"events", waiting}});
  return waiter;
}

asio::awaitable<TakeResult> WaitingScrape::take(std::shared_ptr<Ledger> ledger, std::string scraper, Coming coming,
                                                delivery::Waiting& waiting, SteadyTime until) {
  const Clock& clock = ledger->clock;
  Result<std::unique_ptr<WaitingScrape>, NoBatch> entered = enter(ledger, scraper, coming);
  if (!entered) co_return Unexpected{entered.error()};
  const std::unique_ptr<WaitingScrape> waiter = std::move(*entered);
  for (;;) {
    StepResult result = waiter->step();
    if (auto* const taken = std::get_if<std::unique_ptr<Delivery>>(&result)) co_return std::move(*taken);
    if (waiting.stopping()) co_return Unexpected{NoBatch::stopping};
    if (clock.steady() >= until) co_return Unexpected{NoBatch::time_over};
    if (std::holds_alternative<YieldFirst>(result)) {
      co_await waiting.yield();
    } else if (std::holds_alternative<WaitForRoom>(result)) {
      if (waiting.peer_closed()) co_return Unexpected{NoBatch::peer_closed};
      co_await waiting.pause(room_step);
    } else if (const auto* const earlier = std::get_if<ResolveFirst>(&result)) {
      co_await waiting.pause(end_comes_behind);
      if (waiting.peer_closed()) co_return Unexpected{NoBatch::peer_closed};
      const delivery::Transfer::State state = co_await earlier->transfer->resolve();
      if (state == delivery::Transfer::State::under_way) co_return Unexpected{NoBatch::under_way};
    } else {
      if (waiting.peer_closed()) co_return Unexpected{NoBatch::peer_closed};  // lets others behind it have their turn
      delivery::OneShotEvent& changed = waiter->changed();
      co_await waiting.wait_until(changed, until);
    }
  }
}

StepResult WaitingScrape::step() {
  assert(scraper_ != nullptr);  // one batch for a scrape
  const SteadyTime now = ledger_->clock.steady();
  const std::int64_t now_ms = ledger_->clock.unix_ms();
  WaitQueue::Wake next;
  std::unique_ptr<Delivery> taken;
  {
    const std::lock_guard lock(ledger_->mutex);
    scraper_->last_seen = now;
    if (!scraper_->wait_queue.is_first(number_)) return wait_for_change();
    if (scraper_->batch_taken()) {
      std::shared_ptr<delivery::Transfer> transfer = scraper_->transfer.lock();
      if (transfer == nullptr) return wait_for_change();
      return ResolveFirst{std::move(transfer)};
    }
    if (ledger_->room.is_refusing() && is_in_the_way()) return WaitForRoom{};
    const std::optional<NextBatch::Choice> choice = next_.find(*ledger_, *scraper_);
    if (!choice) return YieldFirst{};
    taken = take(*choice);
    scraper_->taken_unix_ms = now_ms;
    next = std::exchange(scraper_, nullptr)->wait_queue.leave(number_);
  }
  notify(next);
  return taken;
}

// Under the lock, so that no change can come between the look and the wish to be woken.
StepResult WaitingScrape::wait_for_change() {
  if (!changed_ || changed_->notified()) changed_.emplace();
  scraper_->wait_queue.wake_by(number_, changed_->notifier());
  return WaitForChange{};
}

bool WaitingScrape::is_in_the_way() noexcept {
  make_room(*ledger_, 0, ledger_->options.when_full == WhenFull::drop_oldest);
  return ledger_->room.is_refusing() && scraper_->lowest_to_be_sent().bytes < ledger_->room.wanted_below();
}

std::unique_ptr<Delivery> WaitingScrape::take(const NextBatch::Choice& choice) {
  if (choice.empty()) return std::make_unique<EmbeddedDelivery>(NextBatch::take(*ledger_, *scraper_, choice));
  // First: where no memory is left nothing is taken.
  auto batch = std::make_unique<EmbeddedBatch>(
      ledger_, choice.from == From::cursor ? Ranges(choice.behind_cursor) : choice.events);
  NextBatch::take(*ledger_, *scraper_, choice);
  return std::make_unique<EmbeddedDelivery>(ledger_, name_, *scraper_, std::move(batch));
}

}  // namespace oneshot::queue
