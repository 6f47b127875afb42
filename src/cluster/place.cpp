// SPDX-License-Identifier: MIT
#include "cluster/place.hpp"

#include <mutex>

namespace oneshot::cluster {

std::unique_ptr<Place> Place::enter(std::shared_ptr<Scrapes> scrapes, const std::string& scraper) {
  const std::lock_guard lock(scrapes->mutex_);
  Scrapes::Local& local = scrapes->locals_[scraper];
  if (local.wait_queue.is_full()) return nullptr;
  return std::unique_ptr<Place>(new Place(std::move(scrapes), scraper, local.wait_queue.enter()));
}

Place::~Place() {
  queue::WaitQueue::Wake next;
  {
    const std::lock_guard lock(scrapes_->mutex_);
    const auto local = scrapes_->locals_.find(scraper_);
    next = local->second.wait_queue.leave(number_);
    if (local->second.is_idle()) scrapes_->locals_.erase(local);
  }
  queue::notify(next);
}

Place::Turn Place::step(std::shared_ptr<delivery::Transfer>& transfer, std::optional<Scrapes::End>& end) {
  const std::lock_guard lock(scrapes_->mutex_);
  Scrapes::Local& local = scrapes_->locals_.find(scraper_)->second;
  if (local.wait_queue.is_first(number_)) {
    end = Scrapes::take_owed(local);
    if (local.out == 0 || end) return Turn::go;
    if (!local.is_settling) transfer = local.transfer.lock();
    if (transfer != nullptr) return Turn::ask;
  }
  if (!changed_ || changed_->notified()) changed_.emplace();
  local.wait_queue.wake_by(number_, changed_->notifier());
  return Turn::wait;
}

}  // namespace oneshot::cluster
