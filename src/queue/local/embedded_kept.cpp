// SPDX-License-Identifier: MIT
#include "queue/local/embedded_kept.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace oneshot::queue {

EmbeddedKept::EmbeddedKept(std::shared_ptr<Ledger> ledger, Scraper& scraper, Ranges events, bool in_log,
                           std::uint64_t number)
    : ledger_(std::move(ledger)), scraper_(&scraper), number_(number), count_(events.events()) {
  if (!in_log) events = {};
  range_ = scraper.kept().insert(scraper.kept().end(), {.events = std::move(events), .gone = !in_log});
  if (!in_log) ++scraper.proofs_given_up;
}

EmbeddedKept::~EmbeddedKept() {
  if (scraper_ == nullptr) return;
  const std::lock_guard lock(ledger_->mutex);
  scraper_->kept().erase(range_);
}

std::unique_ptr<EmbeddedBatch> EmbeddedKept::open_batch() {
  if (scraper_ == nullptr) return nullptr;
  const std::lock_guard lock(ledger_->mutex);
  if (range_->gone) return nullptr;
  return std::make_unique<EmbeddedBatch>(ledger_, range_->events);
}

bool EmbeddedKept::send_again() {
  if (scraper_ == nullptr) return true;
  const std::lock_guard lock(ledger_->mutex);
  if (range_->gone) return false;
  scraper_->send_again(range_->events);
  return true;
}

bool EmbeddedKept::send_again(std::span<const EventRef> events) {
  if (events.empty() || scraper_ == nullptr) return true;
  const std::unique_ptr<EmbeddedBatch> batch = open_batch();  // keeps them where they are
  if (batch == nullptr) return false;
  std::vector<EventRef> sorted(events.begin(), events.end());
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const Ranges places = batch->places_of(sorted);
  const std::lock_guard lock(ledger_->mutex);
  if (range_->gone) return false;
  if (!places.empty()) scraper_->send_again(places);
  return true;
}

}  // namespace oneshot::queue
