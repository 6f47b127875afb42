// SPDX-License-Identifier: MIT
#include "queue/local/scraper/scraper_table.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>

namespace oneshot::queue {

Scraper* ScraperTable::find(std::string_view name) noexcept {
  const auto found = scrapers_.find(name);
  return found == scrapers_.end() ? nullptr : &found->second;
}

Scraper& ScraperTable::add(std::string_view name, bool named, SteadyTime now) {
  return add(name, named, now, counted_end_);
}

Scraper& ScraperTable::add(std::string_view name, bool named, SteadyTime now, const event_log::Offset& since) {
  count_unclaimed();
  const event_log::Offset& usual = hold_.begin() ? *hold_.begin() : counted_end_;
  const event_log::Offset from = event_log::later(since, forgotten_cursors_.take(name));
  const event_log::Offset start = from.bytes < usual.bytes ? from : usual;
  const storage::SlotHandle place = slots_ == nullptr ? storage::SlotHandle() : slots_->claim(name, start.bytes);
  const auto [entry, added] = scrapers_.try_emplace(std::string(name), named, start, now, place);
  assert(added);
  return entry->second;
}

void ScraperTable::restore(const event_log::Offset& counted_end, const event_log::Offset& hold) {
  counted_end_ = counted_end;
  losses_.claimed_until(hold);
  hold_.restore(hold);
}

Scraper& ScraperTable::restore(std::string_view name, bool named, const event_log::Offset& cursor,
                               const event_log::Offset& sent, SteadyTime now, storage::SlotHandle place) {
  Scraper& scraper = scrapers_.try_emplace(std::string(name), named, cursor, now, place).first->second;
  scraper.has_come_again = true;
  scraper.restore_sent(sent);
  return scraper;
}

std::size_t ScraperTable::unnamed() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      scrapers_, [](const auto& entry) { return !entry.second.named && !entry.second.displaced; }));
}

void ScraperTable::displace(Scrapers::iterator scraper) noexcept {
  ++displaced_;
  displaced_names_.note(scraper->first, scraper->second.last_seen, scraper->second.scrapes_in_a_row);
  scraper->second.displaced = true;
  if (scraper->second.is_idle()) remove(scraper);
}

ScraperTable::Scrapers::iterator ScraperTable::remove(Scrapers::iterator scraper) noexcept {
  if (slots_ != nullptr) slots_->release(scraper->second.slot());
  const auto next = scrapers_.erase(scraper);
  if (scrapers_.empty()) losses_.claimed_until(counted_end_);
  return next;
}

std::vector<ScraperTable::Gone> ScraperTable::forget(SteadyTime before) {
  std::vector<Gone> gone;
  for (auto entry = scrapers_.begin(); entry != scrapers_.end();) {
    const Scraper& scraper = entry->second;
    if (scraper.named || !scraper.is_idle() || (!scraper.displaced && scraper.last_seen > before)) {
      ++entry;
      continue;
    }
    if (!scraper.displaced) {
      forgotten_cursors_.note(entry->first, scraper.cursor());
      gone.push_back(note_gone(entry->first, scraper));
    }
    entry = remove(entry);
  }
  return gone;
}

ScraperTable::Gone ScraperTable::note_gone(const std::string& name, const Scraper& scraper) {
  Gone gone{name, scraper.waiting(counted_end_), scraper.has_earned_its_place()};
  if (gone.had_earned_its_place) losses_.count_forgotten(name, gone.lost);
  losses_.keep_unlogged(name, scraper);
  return gone;
}

ScraperTable::Gone ScraperTable::forget(std::string_view name) {
  const auto entry = scrapers_.find(name);
  assert(entry != scrapers_.end() && entry->second.is_idle());
  Gone gone = note_gone(entry->first, entry->second);
  remove(entry);
  return gone;
}

void ScraperTable::yield_hold(const event_log::Offset& target) noexcept {
  if (hold_.yield_to(target) && scrapers_.empty()) losses_.count_unclaimed_until(target);
}

void ScraperTable::yield_kept(const event_log::Offset& target) noexcept {
  for (auto& [name, scraper] : scrapers_) scraper.yield_kept(target);
}

void ScraperTable::bound_kept(std::uint64_t bytes) noexcept {
  std::uint64_t needed = hold_.begin().value_or(counted_end_).bytes;
  for (const auto& [name, scraper] : scrapers_) needed = std::min(needed, scraper.lowest_to_be_sent().bytes);
  for (auto& [name, scraper] : scrapers_) scraper.let_go_of_kept(needed - std::min(needed, bytes));
}

std::uint64_t ScraperTable::held() const noexcept { return scrapers_.empty() ? hold_.events(counted_end_) : 0; }

std::uint64_t ScraperTable::kept() const noexcept {
  std::uint64_t most = held();
  event_log::Offset lowest = counted_end_;
  for (const auto& [name, scraper] : scrapers_) {
    most = std::max(most, counted_end_.events - scraper.cursor().events);
    if (scraper.cursor().bytes < lowest.bytes) lowest = scraper.cursor();
  }
  Ranges below;  // what no cursor stands before
  for (const auto& [name, scraper] : scrapers_) {
    below.add(scraper.aside().before(lowest));
    below.add(scraper.again().before(lowest));
  }
  return most + below.events();
}

event_log::Offset ScraperTable::lowest_needed() const noexcept {
  std::optional<event_log::Offset> lowest = hold_.begin();
  for (const auto& [name, scraper] : scrapers_) {
    if (!lowest || scraper.lowest_needed().bytes < lowest->bytes) lowest = scraper.lowest_needed();
  }
  return lowest.value_or(counted_end_);
}

event_log::Offset ScraperTable::lowest_to_be_sent() const noexcept {
  if (scrapers_.empty()) return hold_.begin().value_or(counted_end_);
  event_log::Offset lowest = counted_end_;
  for (const auto& [name, scraper] : scrapers_)
    if (scraper.lowest_to_be_sent().bytes < lowest.bytes) lowest = scraper.lowest_to_be_sent();
  return lowest;
}

std::uint64_t ScraperTable::lowest_lease() const noexcept {
  return leases_.empty() ? std::numeric_limits<std::uint64_t>::max() : *leases_.begin();
}

std::uint64_t ScraperTable::needed_from() const noexcept { return std::min(lowest_needed().bytes, lowest_lease()); }

std::uint64_t ScraperTable::free_until() const noexcept {
  return history_.begin() ? std::min(needed_from(), history_.begin()->bytes) : needed_from();
}

event_log::Offset ScraperTable::readable_from() const noexcept {
  const event_log::Offset needed = lowest_needed();
  return history_.begin() && history_.begin()->bytes < needed.bytes ? *history_.begin() : needed;
}

void ScraperTable::evict_before(const event_log::Offset& target) noexcept {
  advance_counted_end(target);
  for (auto& [name, scraper] : scrapers_) scraper.evict_before(target);
}

void ScraperTable::count_unclaimed() noexcept {
  if (scrapers_.empty() && !hold_.begin()) losses_.count_unclaimed_until(counted_end_);
}

}  // namespace oneshot::queue
