// SPDX-License-Identifier: MIT
#include "queue/local/embedded_delivery.hpp"

#include <mutex>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "queue/batch_end.hpp"
#include "queue/local/embedded_kept.hpp"

namespace oneshot::queue {
namespace {

/// The labels of the first event of a batch that is still in the log.
std::string labels_of(const Ledger& ledger, const Ranges& batch) {
  std::uint64_t at = batch.begin().bytes;
  while (ledger.log.record_at(at).is_padding()) at += ledger.log.record_at(at).size();
  return std::string(ledger.log.record_at(at).labels());
}

void log_end(std::string_view scraper, const LastBatch& batch) {
  log::info(
      "batch not delivered: its events go out again",
      {{"scraper", scraper}, {"events", batch.events}, {"outcome", name_of(batch.end)}, {"reason", batch.reason}});
}

void log_fate(Fate fate, std::string_view scraper, std::string_view labels) {
  if (fate == Fate::given_up) {
    log::warn("an event was sent alone three times and never read to the end: given up, counted as delivered",
              {{"scraper", scraper}, {"labels", labels}});
  } else if (fate == Fate::refused) {
    log::warn("event lost: the scraper refuses it, alone too, and takes others",
              {{"scraper", scraper}, {"reason", "refused"}, {"labels", labels}});
  }
}

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
  const LastBatch record = withdrawn_batch(count_, ledger_->clock.unix_ms());
  bool is_told = false;
  const std::string name(name_);
  WaitQueue::Wake next;
  {
    const std::lock_guard lock(ledger_->mutex);
    if (sent_ && scraper_->confirmed) {
      scraper_->leave_out();
    } else {
      scraper_->put_back();
      is_told = !held_back_ && note_end(record);
    }
    scraper_->transfer.reset();
    next = scraper_->wait_queue.wake_first();
  }
  notify(next);
  if (is_told) log_end(name, record);
}

bool EmbeddedDelivery::note_end(const LastBatch& batch) {
  ++scraper_->batches[static_cast<std::size_t>(batch.end)];
  scraper_->last_batch = batch;
  return batch.end != BatchEnd::delivered && ledger_->failed_batch_lines.take(ledger_->clock.steady());
}

const Batch& EmbeddedDelivery::batch() const noexcept {
  if (batch_ == nullptr) return no_events();
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
  if (scraper_ == nullptr) return keep ? std::make_unique<EmbeddedKept>(number_) : nullptr;
  Scraper* const scraper = scraper_;
  const LastBatch record = end_of_batch(outcome, cause_, count_, ledger_->clock.unix_ms());

  const std::string name(name_);
  const SteadyTime now = ledger_->clock.steady();
  std::unique_ptr<Kept> kept;
  std::unique_lock lock(ledger_->mutex);
  scraper->last_seen = now;
  scraper->transfer.reset();
  const bool in_log = !scraper->batch_evicted();
  if (keep) kept = std::make_unique<EmbeddedKept>(ledger_, *scraper, scraper->batch(), in_log, number_);
  const Fate fate = scraper->settle(outcome, {.explicit_timestamps = ledger_->explicit_timestamps,
                                              .allowed = ledger_->allowed(),
                                              .now = now,
                                              .now_unix_ms = record.unix_ms});
  const bool is_told = note_end(record);
  scraper_ = nullptr;
  const bool is_to_be_told = fate == Fate::given_up || fate == Fate::refused;
  const std::string labels = is_to_be_told && in_log ? labels_of(*ledger_, scraper->batch()) : std::string();
  if (keep) ledger_->bound_kept();
  const WaitQueue::Wake next = scraper->wait_queue.wake_first();
  lock.unlock();
  notify(next);

  if (is_told) log_end(name, record);
  log_fate(fate, name, labels);
  return kept;
}

}  // namespace oneshot::queue
