// SPDX-License-Identifier: MIT
#include "service/activity.hpp"

#include <chrono>

#include "base/log.hpp"

namespace oneshot::service {
namespace {

constexpr std::chrono::minutes summary_interval{1};

}  // namespace

bool Activity::same_totals(const Activity& other) const noexcept {
  return accepted == other.accepted && refused == other.refused && delivered == other.delivered &&
         redelivered == other.redelivered && lost == other.lost;
}

Activity summarize(const app::Snapshot& snapshot) noexcept {
  Activity activity;
  activity.accepted = snapshot.accepted;
  activity.refused = snapshot.refused();
  activity.connections = snapshot.connections;
  activity.scrapers = snapshot.queue.scrapers.size();
  activity.waiting = snapshot.queue.kept;
  for (const queue::ScraperStatistics& scraper : snapshot.queue.scrapers) {
    activity.delivered += scraper.delivered;
    activity.redelivered += scraper.redelivered;
    activity.lost += scraper.dropped_full + scraper.dropped_damaged;
  }
  for (const auto& [name, events] : snapshot.queue.dropped_forgotten) activity.lost += events;
  activity.lost += snapshot.queue.unclaimed;
  return activity;
}

std::string status_text(const Activity& activity) {
  std::string text = "accepts requests; events: " + std::to_string(activity.accepted) + " accepted, " +
                     std::to_string(activity.delivered) + " delivered, " + std::to_string(activity.waiting) +
                     " waiting; scrapers: " + std::to_string(activity.scrapers) +
                     "; connections: " + std::to_string(activity.connections);
  if (activity.lost > 0) text += "; lost events: " + std::to_string(activity.lost);
  return text;
}

bool Summary::due(SteadyTime now) const noexcept { return now - begin_ >= summary_interval; }

void Summary::report(const Activity& activity, SteadyTime now) {
  // A scraper that was forgotten takes its numbers with it, so a total can have become less.
  const auto since = [](std::uint64_t after, std::uint64_t before) { return after > before ? after - before : 0; };
  if (!activity.same_totals(before_)) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - begin_).count();
    log::info("events", {{"seconds", seconds},
                         {"accepted", since(activity.accepted, before_.accepted)},
                         {"refused", since(activity.refused, before_.refused)},
                         {"delivered", since(activity.delivered, before_.delivered)},
                         {"redelivered", since(activity.redelivered, before_.redelivered)},
                         {"lost", since(activity.lost, before_.lost)},
                         {"waiting", activity.waiting},
                         {"scrapers", activity.scrapers}});
  }
  before_ = activity;
  begin_ = now;
}

}  // namespace oneshot::service
