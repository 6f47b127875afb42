// SPDX-License-Identifier: MIT
#include "queue/local/change_turn.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace oneshot::queue {
namespace {

constexpr std::chrono::seconds patience{1};
// While the reply goes on. Asked, not told: to resolve is work for the connection's thread, which looks at TCP for it,
// and what TCP acknowledges wakes nobody. An operator waits here, for a second at most.
constexpr std::chrono::milliseconds ask_again{20};

}  // namespace

ChangeTurn::ChangeTurn(std::shared_ptr<Ledger> ledger, std::string_view name, Scraper& scraper, Wish wish)
    : ledger_(std::move(ledger)), name_(name), scraper_(&scraper), wish_(wish), number_(scraper.wait_queue.enter()) {}

ChangeTurn::~ChangeTurn() {
  if (scraper_ == nullptr) return;
  WaitQueue::Wake next;
  {
    const std::lock_guard lock(ledger_->mutex);
    next = scraper_->wait_queue.leave(number_);
  }
  notify(next);
}

std::unique_ptr<ChangeTurn> ChangeTurn::enter(std::shared_ptr<Ledger> shared, std::string_view name, Wish wish,
                                              Changed::What& why) {
  Ledger& ledger = *shared;
  const std::lock_guard lock(ledger.mutex);
  Scraper* const scraper = ledger.table.find(name);
  const bool is_known = scraper != nullptr && !scraper->displaced;
  why = !is_known                                           ? Changed::What::unknown
        : wish.what == Wish::What::forget && scraper->named ? Changed::What::named
        : scraper->wait_queue.is_full()                     ? Changed::What::busy
                                                            : Changed::What::done;
  if (why != Changed::What::done) return nullptr;
  return std::unique_ptr<ChangeTurn>(new ChangeTurn(std::move(shared), name, *scraper, wish));
}

asio::awaitable<Changed> ChangeTurn::grant(std::shared_ptr<Ledger> ledger, std::string scraper, Wish wish,
                                           delivery::Waiting& waiting) {
  const Clock& clock = ledger->clock;
  const SteadyTime until = clock.steady() + patience;
  Changed::What why = Changed::What::done;
  const std::unique_ptr<ChangeTurn> mine = enter(std::move(ledger), scraper, wish, why);
  if (mine == nullptr) co_return Changed{.what = why};
  for (;;) {
    const StepResult result = mine->step();
    if (const auto* const changed = std::get_if<Changed>(&result)) co_return *changed;
    if (waiting.stopping() || waiting.peer_closed()) co_return Changed{.what = Changed::What::stopping};
    if (clock.steady() >= until) co_return Changed{.what = Changed::What::busy};
    if (const auto* const earlier = std::get_if<ResolveFirst>(&result)) {
      const delivery::Transfer::State state = co_await earlier->transfer->resolve();
      if (state == delivery::Transfer::State::under_way) co_await waiting.pause(ask_again);
    } else {
      delivery::OneShotEvent& changed = mine->changed();
      co_await waiting.wait_until(changed, until);
    }
  }
}

ChangeTurn::StepResult ChangeTurn::step() {
  WaitQueue::Wake next;
  StepResult result;
  {
    std::unique_lock lock(ledger_->mutex);
    ledger_->catch_up(lock);  // lets go of the lock in between
    if (!scraper_->wait_queue.is_first(number_)) return wait_for_change();
    if (scraper_->batch_taken()) {
      std::shared_ptr<delivery::Transfer> transfer = scraper_->transfer.lock();
      if (transfer == nullptr) return wait_for_change();
      return ResolveFirst{std::move(transfer)};
    }
    if (wish_.what == Wish::What::forget) return forget();
    result = wish_.what == Wish::What::replay ? replay() : skip();
    next = std::exchange(scraper_, nullptr)->wait_queue.leave(number_);
  }
  notify(next);
  return result;
}

// Under the lock, so that no change can come between the look and the wish to be woken.
ChangeTurn::StepResult ChangeTurn::wait_for_change() {
  if (!changed_ || changed_->notified()) changed_.emplace();
  scraper_->wait_queue.wake_by(number_, changed_->notifier());
  return WaitForChange{};
}

Changed ChangeTurn::replay() {
  Changed changed{.events = scraper_->go_back_to(ledger_->place_since(wish_.since_unix_ms))};
  if (changed.events > 0) changed.from_unix_ms = ledger_->first_stored_ms(scraper_->cursor());
  return changed;
}

Changed ChangeTurn::skip() {
  return {.events = scraper_->skip_to(ledger_->table.counted_end(), ledger_->clock.unix_ms())};
}

// Not while others wait: they know the scraper.
ChangeTurn::StepResult ChangeTurn::forget() {
  if (scraper_->named) return Changed{.what = Changed::What::named};
  if (!scraper_->is_left_to(number_)) return wait_for_change();
  static_cast<void>(scraper_->wait_queue.leave(number_));
  scraper_ = nullptr;
  return Changed{.events = ledger_->table.forget(name_).lost};
}

}  // namespace oneshot::queue
