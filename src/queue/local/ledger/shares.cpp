// SPDX-License-Identifier: MIT
#include "queue/local/ledger/shares.hpp"

#include <algorithm>
#include <bitset>
#include <map>
#include <new>
#include <string_view>

namespace oneshot::queue {

Shares::Shares(unsigned appenders, std::uint64_t capacity, std::uint64_t salt)
    : part_bytes_(std::max<std::uint64_t>(capacity / parts, 1)),
      keys_{odd_key(salt, 1), odd_key(salt, 2)},
      workers_(appenders) {}

std::uint64_t Shares::odd_key(std::uint64_t salt, std::uint64_t number) noexcept {
  if (salt == 0) return static_cast<std::uint64_t>(random_seed()) | 1;
  return hash_bytes({reinterpret_cast<const char*>(&number), sizeof number}, Seed{salt}) | 1;
}

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
  free_slots(*worker, part);
  return worker;
}

// A sender of whom the log holds nothing any more makes place for another one.
void Shares::free_slots(Worker& worker, std::uint64_t part) noexcept {
  std::array<bool, slots> used{};
  for (const Row& row : worker.rows_of_parts) {
    const std::uint64_t number = row.number.load(std::memory_order_relaxed);
    if (number == 0 || number + parts < part + 1) continue;
    for (std::size_t i = 0; i < slots; ++i) used[i] |= row.of[i].load(std::memory_order_relaxed) != 0;
  }
  for (std::size_t i = 0; i < slots; ++i) {
    if (!used[i]) worker.senders[i].store(0, std::memory_order_relaxed);
  }
}

// A slot that came free may be tried before the sender's own, so a sender can have two: bytes_of() adds them.
std::size_t Shares::take_slot(Worker& worker, std::uint64_t sender) const noexcept {
  for (std::size_t i = 0; i < tries; ++i) {
    std::atomic<std::uint64_t>& owner = worker.senders[slot_of(sender, i)];
    const std::uint64_t now = owner.load(std::memory_order_relaxed);
    if (now == 0) owner.store(sender, std::memory_order_relaxed);
    if (now == 0 || now == sender) return slot_of(sender, i);
  }
  return slot_of(sender, 0);
}

std::uint64_t Shares::bytes_of(const Worker& worker, const Row& row, std::uint64_t sender) const noexcept {
  std::bitset<slots> seen;
  std::uint64_t units = 0;
  bool has_place = false;  // with a free slot it would have that, and share none
  for (std::size_t i = 0; i < tries; ++i) {
    const std::size_t slot = slot_of(sender, i);
    const std::uint64_t owner = worker.senders[slot].load(std::memory_order_relaxed);
    has_place |= owner == sender || owner == 0;
    if (owner == sender && !seen[slot]) units += row.of[slot].load(std::memory_order_relaxed);
    seen.set(slot);
  }
  return (has_place ? units : row.of[slot_of(sender, 0)].load(std::memory_order_relaxed)) * unit;
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
  for_each_row(from, to, [&](const Worker& worker, const Row& row) {
    part.own += bytes_of(worker, row, sender);
    part.all += row.all.load(std::memory_order_relaxed) * unit;
  });
  return part;
}

Shares::Holders Shares::holders(std::uint64_t from, std::uint64_t to, std::size_t most) const {
  std::map<std::uint64_t, std::uint64_t> sums;
  Holders holders;
  for_each_row(from, to, [&](const Worker& worker, const Row& row) {
    holders.all += row.all.load(std::memory_order_relaxed) * unit;
    for (std::size_t i = 0; i < slots; ++i) {
      const std::uint64_t bytes = row.of[i].load(std::memory_order_relaxed) * unit;
      if (bytes != 0) sums[worker.senders[i].load(std::memory_order_relaxed)] += bytes;
    }
  });
  for (const auto& [sender, bytes] : sums) holders.first.push_back({sender, bytes});
  std::ranges::sort(holders.first, std::ranges::greater(), &Holder::bytes);
  holders.first.resize(std::min(most, holders.first.size()));
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

Shares::Counted Shares::counted(unsigned appender) const {
  Counted counted;
  const Worker* const worker = workers_[appender].load(std::memory_order_acquire);  // pairs with begin_row()
  if (worker == nullptr) return counted;
  for (std::size_t i = 0; i < slots; ++i)
    if (const std::uint64_t sender = worker->senders[i].load(std::memory_order_relaxed); sender != 0)
      counted.senders.emplace_back(static_cast<std::uint8_t>(i), sender);
  for (const Row& row : worker->rows_of_parts) {
    const std::uint64_t number = row.number.load(std::memory_order_relaxed);
    if (number == 0) continue;
    Counted::Row& one = counted.rows.emplace_back();
    one = {.number = number,
           .first = row.first.load(std::memory_order_relaxed),
           .all = row.all.load(std::memory_order_relaxed)};
    for (std::size_t i = 0; i < slots; ++i)
      if (const std::uint32_t units = row.of[i].load(std::memory_order_relaxed); units != 0)
        one.of.emplace_back(static_cast<std::uint8_t>(i), units);
  }
  return counted;
}

void Shares::restore(unsigned appender, const Counted& counted) {
  if (counted.rows.empty()) return;
  auto worker = std::make_unique<Worker>();
  for (const auto& [slot, sender] : counted.senders) worker->senders[slot].store(sender, std::memory_order_relaxed);
  std::uint64_t newest = 0;
  for (const Counted::Row& one : counted.rows) {
    if (one.number == 0) continue;
    Row& row = worker->rows_of_parts[(one.number - 1) % rows];
    row.number.store(one.number, std::memory_order_relaxed);
    row.first.store(one.first, std::memory_order_relaxed);
    row.all.store(one.all, std::memory_order_relaxed);
    for (const auto& [slot, units] : one.of) row.of[slot].store(units, std::memory_order_relaxed);
    if (one.number < newest) continue;
    newest = one.number;
    worker->row = &row;
    worker->row_begin = (one.number - 1) * part_bytes_;
  }
  if (worker->row == nullptr) return;
  workers_[appender].store(worker.release(), std::memory_order_release);  // pairs with for_each_row()
}

}  // namespace oneshot::queue
