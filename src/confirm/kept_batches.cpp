// SPDX-License-Identifier: MIT
#include "confirm/kept_batches.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::confirm {

SteadyTime KeptBatches::oldest(SteadyTime now) const noexcept {
  for (const KeptBatch& batch : batches_) now = std::min(now, batch.sent_at);
  return now;
}

SteadyTime KeptBatches::newest(SteadyTime now) const noexcept {
  SteadyTime newest = SteadyTime::min();
  for (const KeptBatch& batch : batches_) newest = std::max(newest, batch.sent_at);
  return batches_.empty() ? now : newest;
}

std::set<std::uint64_t> KeptBatches::numbers() const {
  std::set<std::uint64_t> numbers;
  for (const KeptBatch& batch : batches_) numbers.insert(batch.kept->number());
  return numbers;
}

std::vector<KeptBatch> KeptBatches::compare(const Shown& shown, SteadyTime now, std::chrono::milliseconds recheck) {
  std::vector<KeptBatch> vanished;
  for (auto batch = batches_.begin(); batch != batches_.end();) {
    const std::uint64_t number = batch->kept->number();
    bool done = false;
    batch->is_shown = shown.has(number);
    if (batch->is_shown) {
      batch->missing = 0;
      done = batch->counted && now - batch->shown_at >= recheck;
    } else if (shown.newest() > number && (batch->missing == 0 || now - batch->missed_at >= numbers_apart)) {
      batch->missed_at = now;
      done = ++batch->missing >= missing_limit;
      if (done) vanished.push_back(std::move(*batch));
    }
    batch = done ? batches_.erase(batch) : std::next(batch);
  }
  return vanished;
}

void KeptBatches::not_known() noexcept {
  for (KeptBatch& batch : batches_) batch.is_shown = false;
}

KeptBatch* KeptBatches::to_count(SteadyTime now) noexcept {
  for (KeptBatch& batch : batches_)
    if (!batch.counted && batch.count_at <= now && batch.is_shown) return &batch;
  return nullptr;
}

SteadyTime KeptBatches::next_count() const noexcept {
  SteadyTime next = SteadyTime::max();
  for (const KeptBatch& batch : batches_)
    if (!batch.counted && batch.is_shown) next = std::min(next, batch.count_at);
  return next;
}

}  // namespace oneshot::confirm
