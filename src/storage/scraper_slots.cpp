// SPDX-License-Identifier: MIT
#include "storage/scraper_slots.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/crash_point.hpp"
#include "storage/file.hpp"

namespace oneshot::storage {
namespace {

/// An identity as scrapers have them; anything else came from damage.
bool is_name(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7F' && c != '"'; });
}

/// A file of an earlier program has zeros there. Where it is not known from where on events wait, the scraper gets all
/// that is in the log, as with a damaged cursor.
void read_aside(const File& file, const ScraperSlot& slot, ScraperSlots::Entry& entry) {
  if (slot.aside_begin.load(std::memory_order_acquire) == 0) return;
  const auto begin = file.get(slot.aside_begin);
  const auto end = file.get(slot.aside_end);
  if (!begin) entry.cursor.reset();
  if (!begin || begin->offset == CheckedWord::none || !entry.cursor) return;
  if (!end) entry.batch.reset();  // nobody knows where it began
  const std::uint64_t until = end && end->offset != CheckedWord::none ? end->offset : *entry.cursor;
  if (until > begin->offset) entry.aside = ScraperSlots::Entry::Aside{.begin = begin->offset, .end = until};
}

}  // namespace

void SlotHandle::set_cursor(std::uint64_t offset) const {
  if (of_ != nullptr) of_->set(of_->slot(number_).cursor, {.offset = offset});
}

void SlotHandle::set_begin(std::uint64_t offset) const {
  if (of_ != nullptr) of_->set(of_->slot(number_).begin, {.offset = offset});
}

void SlotHandle::set_batch(std::uint64_t end, bool handed_over) const {
  if (of_ != nullptr) of_->set(of_->slot(number_).batch, {.offset = end, .flag = handed_over});
}

void SlotHandle::set_no_batch() const {
  if (of_ != nullptr) of_->set(of_->slot(number_).batch, {});
}

void SlotHandle::set_aside_begin(std::uint64_t offset) const {
  if (of_ != nullptr) of_->set(of_->slot(number_).aside_begin, {.offset = offset, .flag = true});
}

void SlotHandle::set_aside_end(std::uint64_t offset) const {
  if (of_ != nullptr) of_->set(of_->slot(number_).aside_end, {.offset = offset});
}

void SlotHandle::set_nothing_aside() const {
  if (of_ != nullptr) of_->set(of_->slot(number_).aside_begin, {});
}

void SlotHandle::set_batch_number(std::uint64_t number, bool calibrated) const {
  if (of_ != nullptr) of_->set(of_->slot(number_).batch_number, CheckedWord::of_number(number, calibrated));
}

ScraperSlots::ScraperSlots(File& file, const std::vector<std::uint32_t>& damaged) : file_(file) {
  for (const std::uint32_t number : damaged) slot(number).used.store(0, std::memory_order_release);
  for (std::uint32_t number = format::slot_count; number-- > 0;) {
    if (slot(number).used.load(std::memory_order_relaxed) == 0) free_.push_back(number);
  }
  file_.forget_table_pages();
}

std::vector<ScraperSlots::Entry> ScraperSlots::read(const File& file, std::vector<std::uint32_t>& damaged) {
  std::vector<Entry> entries;
  std::unordered_set<std::string> names;
  damaged.clear();
  for (std::uint32_t number = 0; number < format::slot_count; ++number) {
    const ScraperSlot& slot = file.slots()[number];
    const std::uint64_t used = slot.used.load(std::memory_order_acquire);
    if (used == 0) continue;
    const std::string_view name(slot.name.data(), std::min<std::uint64_t>(slot.name_length, slot.name.size()));
    const bool is_scraper =
        used == format::used_word(name, file.salt()) && slot.name_length <= slot.name.size() && is_name(name);
    if (!is_scraper || !names.emplace(name).second) {
      damaged.push_back(number);
      continue;
    }
    Entry& entry = entries.emplace_back();
    entry.number = number;
    entry.name = name;
    const auto cursor = file.get(slot.cursor);
    if (cursor && cursor->offset != CheckedWord::none) entry.cursor = cursor->offset;
    const auto batch = file.get(slot.batch);
    if (batch && batch->offset != CheckedWord::none) entry.batch = Entry::Batch{batch->offset, batch->flag};
    read_aside(file, slot, entry);
    const bool has_begin = slot.begin.load(std::memory_order_acquire) != 0;
    const auto begin = file.get(slot.begin);
    if (has_begin && begin && begin->offset != CheckedWord::none) entry.begin = begin->offset;
    const auto last = file.get(slot.batch_number);
    if (last) entry.batch_number = Entry::BatchNumber{last->number(), last->flag};
  }
  return entries;
}

SlotHandle ScraperSlots::claim(std::string_view name, std::uint64_t cursor) {
  if (free_.empty() || name.size() > ScraperSlot::longest_name) return {};
  const std::uint32_t number = free_.back();
  free_.pop_back();
  ScraperSlot& free = slot(number);
  free.name_length = name.size();
  std::memcpy(free.name.data(), name.data(), name.size());
  set(free.cursor, {.offset = cursor});
  set(free.begin, {.offset = cursor});
  set(free.batch, {});
  set(free.batch_number, CheckedWord::of_number(0));
  set(free.aside_begin, {});
  set(free.aside_end, {});
  crash_point("register.named");
  free.used.store(format::used_word(name, file_.salt()), std::memory_order_release);  // after the rest: now it counts
  crash_point("register.known");
  changed_();
  return {*this, number};
}

void ScraperSlots::release(const SlotHandle& place) {
  if (place.of_ == nullptr) return;
  slot(place.number_).used.store(0, std::memory_order_release);
  crash_point("forget.gone");
  free_.push_back(place.number_);
  changed_();
}

void ScraperSlots::set_hold(std::optional<std::uint64_t> offset) {
  set(file_.header().hold, {.offset = offset.value_or(CheckedWord::none)});
}

void ScraperSlots::set_history(std::optional<std::uint64_t> offset) {
  file_.set(file_.header().history, {.offset = offset.value_or(CheckedWord::none)});
}

ScraperSlot& ScraperSlots::slot(std::uint32_t number) const noexcept { return file_.slots()[number]; }

void ScraperSlots::set(AtomicWord& word, CheckedWord value) {
  file_.set(word, value);
  changed_();
}

}  // namespace oneshot::storage
