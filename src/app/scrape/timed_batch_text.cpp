// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "app/scrape/batch_labels.hpp"
#include "app/scrape/batch_text.hpp"
#include "event/series_index.hpp"

namespace oneshot::app {
namespace {

/// The times that a batch's events go out with, asked for each in order. The log keeps times ascending within a series;
/// only series that had an event lifted to the oldest time can get out of order by that, so only those are remembered,
/// and each later event of theirs goes at least 1 ms behind.
class ClampedTimestamps {
 public:
  ClampedTimestamps(const queue::Batch& events, std::int64_t oldest) : events_(events), oldest_(oldest) {}

  /// Again from the first event on, with the same result.
  void begin_again() { std::fill(latest_.begin(), latest_.end(), none); }

  /// These are asked for next.
  void expect(std::span<const queue::BatchEvent> events) const {
    if (latest_.empty()) return;
    for (const queue::BatchEvent& event : events) lifted_.expect(event.series_hash);
  }

  std::int64_t next(const queue::BatchEvent& event) {
    const bool is_old = event.unix_ms < oldest_;
    if (!is_old && latest_.empty()) return event.unix_ms;
    if (!is_old) {
      const auto series = lifted_.find(event.series_hash, event.labels, labels_at_);
      const bool was_lifted = series && latest_[*series] != none;
      return was_lifted ? ascend(*series, event.unix_ms) : event.unix_ms;
    }
    if (latest_.empty()) {
      lifted_.reserve(events_.size());
      latest_.reserve(events_.size());
    }
    const std::size_t series = lifted_.add(event.ref, event.series_hash, event.labels, labels_at_);
    if (series == latest_.size()) latest_.push_back(none);
    if (latest_[series] == none) return latest_[series] = oldest_;
    return ascend(series, event.unix_ms);
  }

 private:
  std::int64_t ascend(std::size_t series, std::int64_t unix_ms) {
    return latest_[series] = std::max(unix_ms, latest_[series] + 1);
  }

  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();

  const queue::Batch& events_;
  BatchLabels labels_at_{events_};
  std::int64_t oldest_;
  event::SeriesIndex lifted_;         // the series of old events
  std::vector<std::int64_t> latest_;  // of each of them the last time given; none before its first old event
};

class TimedEventText final : public EventText {
 public:
  TimedEventText(const queue::Batch& events, const Options& options, const exposition::Format& format,
                 std::int64_t now_unix_ms)
      : events_(events),
        format_(format),
        metric_(options.metric),
        times_(events, now_unix_ms - options.timestamp_max_age.count()) {}

  bool measure_next() override {
    EventBlock block;
    for (std::size_t i = 0; i < events_per_step; i += block.size()) {
      const auto some = next_of(block, measured_to_);
      for (const queue::BatchEvent& event : some) {
        if (event.out_of_order && out_of_order_++ == 0) first_out_of_order_ = event.labels;
        size_ += format_.sample_size(metric_, {event.labels}, event.value, times_.next(event));
      }
      if (some.size() < block.size()) {
        times_.begin_again();
        return false;
      }
    }
    return true;
  }

  bool append_next(std::string& out) override {
    EventBlock block;
    while (out.size() < piece_bytes && written_ < events_.size()) {
      const auto some = next_of(block, written_to_);
      if (some.empty()) return false;
      for (const queue::BatchEvent& event : some) {
        if (out.size() >= piece_bytes) {
          written_to_ = event.ref;  // the rest of the block once more: lines may be long
          break;
        }
        format_.append_sample(out, metric_, {event.labels}, event.value, times_.next(event));
        ++written_;
      }
    }
    return written_ < events_.size();
  }

 private:
  std::span<const queue::BatchEvent> next_of(EventBlock& block, queue::EventRef& next) const {
    const auto some = std::span<const queue::BatchEvent>(block).first(events_.read(next, block));
    times_.expect(some);
    return some;
  }

  const queue::Batch& events_;
  const exposition::Format& format_;
  std::string metric_;
  ClampedTimestamps times_;
  queue::EventRef measured_to_ = queue::first_event;
  queue::EventRef written_to_ = queue::first_event;
  std::uint64_t written_ = 0;
};

}  // namespace

std::unique_ptr<EventText> timed_event_text(const queue::Batch& events, const Options& options,
                                            const exposition::Format& format, std::int64_t now_unix_ms) {
  return std::make_unique<TimedEventText>(events, options, format, now_unix_ms);
}

}  // namespace oneshot::app
