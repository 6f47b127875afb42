// SPDX-License-Identifier: MIT
#include "queue/local/embedded_queue.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "queue/local/embedded_batch.hpp"
#include "queue/local/embedded_delivery.hpp"
#include "queue/local/restore.hpp"

namespace oneshot::queue {

Result<std::unique_ptr<EmbeddedQueue>, storage::Error> EmbeddedQueue::open(const Options& options, const Clock& clock) {
  std::shared_ptr<Ledger> ledger;
  if (options.storage.path.empty()) {
    Result<event_log::Ring> ring = event_log::Ring::in_memory(options.storage.capacity_bytes);
    if (!ring) return Unexpected{storage::Error{std::move(ring.error())}};
    ledger = std::make_shared<Ledger>(std::move(*ring), options, clock);
  } else {
    Result<std::shared_ptr<Ledger>, storage::Error> restored = restore(options, clock);
    if (!restored) return Unexpected{std::move(restored.error())};
    ledger = std::move(*restored);
  }
  ledger->add_named(clock.steady());
  ledger->log.set_oldest_sent(options.oldest_sent);
  ledger->senders.turn(options.keep_senders);
  return std::unique_ptr<EmbeddedQueue>(new EmbeddedQueue(std::move(ledger), options));
}

EmbeddedQueue::EmbeddedQueue(std::shared_ptr<Ledger> ledger, const Options& options)
    : ledger_(std::move(ledger)), appending_(*ledger_, clock_watch_, options) {}

EmbeddedQueue::~EmbeddedQueue() { housekeeping_.log_losses(true); }

asio::awaitable<TakeResult> EmbeddedQueue::take(std::string scraper, Coming coming, delivery::Waiting& waiting,
                                                SteadyTime until) {
  return WaitingScrape::take(ledger_, std::move(scraper), coming, waiting, until);
}

std::unique_ptr<Batch> EmbeddedQueue::peek(std::string_view name) {
  std::unique_lock lock(ledger_->mutex);
  const Scraper* scraper = ledger_->table.find(name);
  if (scraper == nullptr) return nullptr;
  const std::uint64_t end = ledger_->readable_end();
  const BatchSize most = scraper->next_size(ledger_->allowed());
  if (const Ranges& below = scraper->first_below(); !below.empty())
    return std::make_unique<EmbeddedBatch>(ledger_, ledger_->first_of(below, most));
  auto batch = std::make_unique<EmbeddedBatch>(ledger_, scraper->cursor());
  lock.unlock();
  batch->walk_to(end, most);
  return batch;
}

std::uint64_t EmbeddedQueue::next_number(std::string_view name) {
  const SteadyTime now = ledger_->clock.steady();
  const std::int64_t now_ms = ledger_->clock.unix_ms();
  const std::lock_guard lock(ledger_->mutex);
  Scraper* const scraper = ledger_->table.find(name);
  if (scraper == nullptr) return 0;
  scraper->last_seen = now;
  scraper->last_scrape_unix_ms = now_ms;
  return ledger_->next_number(*scraper);
}

std::unique_ptr<Delivery> EmbeddedQueue::resume(std::string_view name) {
  const std::lock_guard lock(ledger_->mutex);
  Scraper* const scraper = ledger_->table.find(name);
  if (scraper == nullptr || !scraper->resume()) return nullptr;
  const std::string_view lasting_name = ledger_->table.all().find(name)->first;
  auto batch = std::make_unique<EmbeddedBatch>(ledger_, scraper->batch());
  return std::make_unique<EmbeddedDelivery>(ledger_, lasting_name, *scraper, std::move(batch), true);
}

bool EmbeddedQueue::calibrated(std::string_view name) {
  const std::lock_guard lock(ledger_->mutex);
  const Scraper* const scraper = ledger_->table.find(name);
  return scraper != nullptr && scraper->calibrated();
}

void EmbeddedQueue::set_calibrated(std::string_view name, bool calibrated) {
  const std::lock_guard lock(ledger_->mutex);
  if (Scraper* const scraper = ledger_->table.find(name)) scraper->set_calibrated(calibrated);
}

void EmbeddedQueue::change(const Options& given) {
  Ledger& ledger = *ledger_;
  const SteadyTime now = ledger.clock.steady();
  appending_.change(given);
  ledger.senders.turn(given.keep_senders);
  std::unique_lock lock(ledger.mutex);
  ledger.catch_up(lock);
  ledger.change(given, now);
}

std::size_t EmbeddedQueue::max_unnamed() const {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->options.max_unnamed;
}

bool EmbeddedQueue::above_high_watermark() const noexcept { return ledger_->is_above_high_watermark(); }

bool EmbeddedQueue::unable_to_store() const noexcept {
  return ledger_->storage != nullptr && ledger_->storage->failed();
}

}  // namespace oneshot::queue
