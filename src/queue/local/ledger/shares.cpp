// SPDX-License-Identifier: MIT
#include "queue/local/ledger/shares.hpp"

#include <algorithm>
#include <new>

namespace oneshot::queue {

Shares::Shares(unsigned appenders, std::uint64_t capacity)
    : part_bytes_(std::max<std::uint64_t>(capacity / parts, 1)), workers_(appenders) {}

Shares::~Shares() {
  for (std::atomic<Worker*>& worker : workers_) delete worker.load(std::memory_order_relaxed);
}

Shares::Worker* Shares::begin_row(unsigned appender, std::uint64_t offset) noexcept {
  Worker* worker = workers_[appender].load(std::memory_order_relaxed);
  if (worker == nullptr) {
    worker = new (std::nothrow) Worker;
    if (worker == nullptr) return nullptr;
    workers_[appender].store(worker, std::memory_order_release);  // pairs with for_each_row()
  }
  const std::uint64_t part = offset / part_bytes_;
  Row& row = worker->rows_of_parts[part % rows];
  row.number.store(0, std::memory_order_relaxed);
  row.all.store(0, std::memory_order_relaxed);
  for (Count& count : row.of) count.store(0, std::memory_order_relaxed);
  row.first.store(offset, std::memory_order_relaxed);
  row.number.store(part + 1, std::memory_order_release);
  worker->row = &row;
  worker->row_begin = part * part_bytes_;
  return worker;
}

template <class Take>
void Shares::for_each_row(std::uint64_t from, std::uint64_t to, Take take) const {
  if (from >= to) return;
  for (const std::atomic<Worker*>& one : workers_) {
    const Worker* const worker = one.load(std::memory_order_acquire);
    if (worker == nullptr) continue;
    for (std::uint64_t part = from / part_bytes_; part <= (to - 1) / part_bytes_; ++part) {
      const Row& row = worker->rows_of_parts[part % rows];
      if (row.number.load(std::memory_order_acquire) == part + 1) take(*worker, row);
    }
  }
}

Shares::Part Shares::part_of(std::uint64_t sender, std::uint64_t from, std::uint64_t to) const noexcept {
  Part part;
  const std::size_t bucket = bucket_of(sender);
  for_each_row(from, to, [&](const Worker&, const Row& row) {
    part.own += row.of[bucket].load(std::memory_order_relaxed) * unit;
    part.all += row.all.load(std::memory_order_relaxed) * unit;
  });
  return part;
}

Shares::Holders Shares::holders(std::uint64_t from, std::uint64_t to, std::size_t most) const {
  std::array<Holder, buckets> sums{};
  Holders holders;
  for_each_row(from, to, [&](const Worker& worker, const Row& row) {
    holders.all += row.all.load(std::memory_order_relaxed) * unit;
    for (std::size_t i = 0; i < buckets; ++i) {
      const std::uint64_t bytes = row.of[i].load(std::memory_order_relaxed) * unit;
      if (bytes == 0) continue;
      sums[i].bytes += bytes;
      sums[i].sender = worker.senders[i].load(std::memory_order_relaxed);
    }
  });
  std::ranges::sort(sums, std::ranges::greater(), &Holder::bytes);
  const auto end = std::ranges::find(sums, std::uint64_t{0}, &Holder::bytes);
  const auto count = std::min<std::size_t>(most, static_cast<std::size_t>(end - sums.begin()));
  holders.first.assign(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(count));
  return holders;
}

std::vector<std::uint64_t> Shares::places(std::uint64_t from, std::uint64_t to) const {
  std::vector<std::uint64_t> places;
  for_each_row(from, to, [&](const Worker&, const Row& row) {
    const std::uint64_t first = row.first.load(std::memory_order_relaxed);
    if (first >= from && first < to) places.push_back(first);
  });
  return places;
}

}  // namespace oneshot::queue
