// SPDX-License-Identifier: MIT
#include "queue/local/scraper/losses.hpp"

#include <chrono>

#include "base/log.hpp"

namespace oneshot::queue {
namespace {

constexpr std::size_t max_forgotten_names = 100;  // clients choose the names: their number has to be bounded
constexpr std::string_view others = "(others)";   // not a valid scraper name, so it is nobody's

// A line with the sum says as much as one a second, of which 64 scrapers that stay away make a gigabyte a day.
constexpr std::chrono::minutes log_interval{1};

}  // namespace

void Losses::count_forgotten(std::string_view scraper, std::uint64_t events) {
  if (events == 0) return;
  const bool room = forgotten_.size() < max_forgotten_names || forgotten_.contains(scraper);
  forgotten_[std::string(room ? scraper : others)] += events;
}

void Losses::count_unclaimed_until(const event_log::Offset& mark) noexcept {
  if (mark.events > accounted_.events) unclaimed_ += mark.events - accounted_.events;
  accounted_ = event_log::later(accounted_, mark);
}

void Losses::keep_unlogged(const std::string& name, const Scraper& scraper) {
  if (scraper.loss_to_log > 0) of_forgotten_.full.emplace_back(name, scraper.loss_to_log);
  if (scraper.again_lost_to_log > 0) of_forgotten_.again.emplace_back(name, scraper.again_lost_to_log);
}

Losses::Unlogged Losses::take_unlogged(Scrapers& scrapers, SteadyTime now, bool at_once) {
  const auto is_due = [&](bool any, SteadyTime& silent_until) {
    if (!any || (!at_once && now < silent_until)) return false;
    silent_until = now + log_interval;
    return true;
  };
  Unlogged lines = std::exchange(of_forgotten_, {});
  for (auto& [name, scraper] : scrapers) {
    if (!is_due(scraper.loss_to_log + scraper.again_lost_to_log > 0, scraper.silent_about_losses_until)) continue;
    if (scraper.loss_to_log > 0) lines.full.emplace_back(name, std::exchange(scraper.loss_to_log, 0));
    if (scraper.again_lost_to_log > 0) lines.again.emplace_back(name, std::exchange(scraper.again_lost_to_log, 0));
  }
  if (is_due(refused_.load(std::memory_order_relaxed) > 0, silent_about_refused_until_))
    lines.refused = refused_.exchange(0, std::memory_order_relaxed);
  if (is_due(unclaimed_ > unclaimed_logged_, silent_about_unclaimed_until_)) {
    lines.unclaimed = unclaimed_ - unclaimed_logged_;
    unclaimed_logged_ = unclaimed_;
  }
  return lines;
}

void Losses::Unlogged::write() const {
  for (const auto& [name, events] : full) {
    log::warn("events lost", {{"scraper", name}, {"reason", "full"}, {"events", events}});
  }
  for (const auto& [name, events] : again) {
    log::warn(
        "events lost: their store has lost them, and the event log needed the room before they could go out again",
        {{"scraper", name}, {"events", events}});
  }
  if (refused > 0) log::warn("the event log is full: events refused", {{"events", refused}});
  if (unclaimed > 0)
    log::warn("events lost: nobody scraped while they were kept", {{"reason", "unclaimed"}, {"events", unclaimed}});
}

}  // namespace oneshot::queue
