// SPDX-License-Identifier: MIT
#include "queue/local/embedded_delivery.hpp"

#include <mutex>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "queue/local/embedded_kept.hpp"

namespace oneshot::queue {
namespace {

// A batch with timestamps of its own can fail a scraper each time (it rejects the whole scrape for one sample
// that it does not like), and would then keep out all that comes after it.
constexpr unsigned unconfirmed_limit = 3;

class NoEvents final : public Batch {
 public:
  [[nodiscard]] std::uint64_t size() const noexcept override { return 0; }
  std::size_t read(EventRef&, std::span<BatchEvent>) const noexcept override { return 0; }
  [[nodiscard]] std::string_view labels_at(EventRef) const noexcept override { return {}; }
};

const NoEvents no_events;

}  // namespace

EmbeddedDelivery::EmbeddedDelivery(std::shared_ptr<Ledger> ledger, std::string_view name, Scraper& scraper,
                                   std::unique_ptr<EmbeddedBatch> batch, bool resumed) noexcept
    : ledger_(std::move(ledger)),
      name_(name),
      scraper_(&scraper),
      batch_(std::move(batch)),
      count_(batch_->size()),
      number_(scraper.batch_number()),
      sent_(resumed) {}

EmbeddedDelivery::~EmbeddedDelivery() {
  if (scraper_ == nullptr) return;
  WaitQueue::Wake next;
  {
    const std::lock_guard lock(ledger_->mutex);
    if (sent_ && scraper_->confirmed) {
      scraper_->leave_out();
    } else {
      scraper_->put_back();
    }
    scraper_->transfer.reset();
    next = scraper_->wait_queue.wake_first();
  }
  notify(next);
}

const Batch& EmbeddedDelivery::batch() const noexcept {
  if (batch_ == nullptr) return no_events;
  return *batch_;
}

void EmbeddedDelivery::in_transfer(std::weak_ptr<delivery::Transfer> transfer) {
  if (scraper_ == nullptr) return;
  WaitQueue::Wake next;
  {
    const std::lock_guard lock(ledger_->mutex);
    scraper_->transfer.swap(transfer);
    next = scraper_->wait_queue.wake_first();  // to ask about this one
  }
  notify(next);
}

void EmbeddedDelivery::handed_over(bool kernel_will_send) {
  sent_ = true;
  if (scraper_ != nullptr && kernel_will_send) {
    const std::lock_guard lock(ledger_->mutex);
    scraper_->handed_over();
  }
  batch_.reset();
}

void EmbeddedDelivery::settle(delivery::Outcome outcome) { settle(outcome, false); }

std::unique_ptr<Kept> EmbeddedDelivery::settle_and_keep() { return settle(delivery::Outcome::delivered, true); }

std::unique_ptr<Kept> EmbeddedDelivery::settle(delivery::Outcome outcome, bool keep) {
  batch_.reset();
  Scraper* const scraper = std::exchange(scraper_, nullptr);
  if (scraper == nullptr) return keep ? std::make_unique<EmbeddedKept>(number_) : nullptr;

  const std::string name(name_);
  const SteadyTime now = ledger_->clock.steady();
  std::unique_ptr<Kept> kept;
  std::unique_lock lock(ledger_->mutex);
  scraper->last_seen = now;
  scraper->transfer.reset();
  if (keep)
    kept = std::make_unique<EmbeddedKept>(ledger_, *scraper, scraper->batch(), !scraper->batch_evicted(), number_);
  const std::uint64_t given_up = scraper->settle(outcome, ledger_->explicit_timestamps ? unconfirmed_limit : 0);
  if (keep) ledger_->bound_kept();
  const WaitQueue::Wake next = scraper->wait_queue.wake_first();
  lock.unlock();
  notify(next);

  if (given_up > 0) {
    log::warn("events were sent three times and never read to the end: given up, counted as delivered",
              {{"scraper", name}, {"events", given_up}});
  }
  return kept;
}

}  // namespace oneshot::queue
