// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/event_text.hpp"
#include "event/render.hpp"

namespace oneshot::app {
namespace {

class TimedEventText final : public EventText {
 public:
  TimedEventText(const queue::Reading& events, const settings::Events& settings, std::int64_t now_unix_ms)
      : events_(events),
        metric_(settings.metric),
        oldest_(now_unix_ms - settings.timestamp_max_age.count()),
        measured_to_(events.begin()),
        written_to_(events.begin()) {
    times_.reserve(events.events());
  }

  bool measure_next() override {
    queue::StoredEvent event;
    for (std::size_t i = 0; i < events_per_step; ++i) {
      if (!events_.next(measured_to_, event)) return false;
      times_.push_back(time_of(event));
      if (event.behind && behind_++ == 0) first_behind_ = event.labels;
      size_ += event::sample_line_length(metric_, event.labels, event.value, times_.back());
    }
    return true;
  }

  bool append_next(std::string& out) override {
    queue::StoredEvent event;
    while (written_ < times_.size() && out.size() < piece_bytes) {
      if (!events_.next(written_to_, event)) return false;
      event::append_sample_line(out, metric_, event.labels, event.value, times_[written_++]);
    }
    return written_ < times_.size();
  }

 private:
  /// The log keeps times ascending within a series; only series that had an event lifted to `oldest_` can get
  /// out of order by that, so only those are remembered, and each later event of theirs goes at least 1 ms
  /// behind.
  std::int64_t time_of(const queue::StoredEvent& event) {
    if (event.unix_ms >= oldest_ && lifted_.empty()) return event.unix_ms;
    const auto found = lifted_.find(event.labels);
    if (found != lifted_.end()) return found->second = std::max(event.unix_ms, found->second + 1);
    if (event.unix_ms >= oldest_) return event.unix_ms;
    lifted_.emplace(event.labels, oldest_);
    return oldest_;
  }

  const queue::Reading& events_;
  std::string metric_;
  std::int64_t oldest_;
  std::uint64_t measured_to_;
  std::uint64_t written_to_;
  std::vector<std::int64_t> times_;  // of every event, so that both passes say the same
  std::size_t written_ = 0;
  std::unordered_map<std::string_view, std::int64_t>
      lifted_;  // series whose times were changed, and the last one given
};

}  // namespace

std::unique_ptr<EventText> timed_event_text(const queue::Reading& events, const settings::Events& settings,
                                            std::int64_t now_unix_ms) {
  return std::make_unique<TimedEventText>(events, settings, now_unix_ms);
}

}  // namespace oneshot::app
