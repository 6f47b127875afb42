// SPDX-License-Identifier: MIT
#include <cstddef>
#include <span>

#include "app/scrape/text/batch_text.hpp"
#include "app/scrape/text/clamped_timestamps.hpp"
#include "app/scrape/text/line_block.hpp"
#include "app/scrape/text/shown_events.hpp"
#include "app/scrape/text/step.hpp"

namespace oneshot::app {
namespace {

class TimedEventText final : public EventText {
 public:
  TimedEventText(const queue::Batch& events, const Options& options, const exposition::Format& format,
                 std::int64_t now_unix_ms)
      : EventText(options),
        batch_(events),
        options_(options),
        now_unix_ms_(now_unix_ms),
        events_(events, options.metric),
        format_(format),
        times_(events_, now_unix_ms - options.timestamp_max_age.count()) {}

  bool measure_next() override {
    if (grouped_ != nullptr) return measure_grouped();
    EventBlock block;
    Step step;
    while (!step.is_over()) {
      const auto some = next_of(block, measured_to_);
      if (events_.has_merged_names()) return group();
      for (const queue::BatchSample& event : some) {
        if (!event.metric.empty()) return group();
        if (event.out_of_order) note_out_of_order(event, usual());
        size_ += format_.sample_size(usual(), {event.labels}, event.value, times_.next(event));
        step.count(event);
      }
      if (some.size() < block.size()) {
        times_.begin_again();
        measure_later_heads(format_);
        return false;
      }
    }
    return true;
  }

  bool append_next(std::string& out) override {
    if (grouped_ != nullptr) return grouped_->append_next(out);
    if (!heads_written_) families_.append_later_heads(out, format_);
    heads_written_ = true;
    while (out.size() < piece_bytes) {
      if (lines_.is_written() && !make_lines()) return false;
      lines_.append_to(out, format_, piece_bytes);
    }
    return !(lines_.is_written() && written_to_end_);
  }

 private:
  [[nodiscard]] const std::string& usual() const noexcept { return families_.name(Families::usual); }

  /// For the next events. False: there are none left.
  bool make_lines() {
    if (written_to_end_) return false;
    const auto some = next_of(block_, written_to_);
    written_to_end_ = some.size() < block_.size();
    lines_.begin(usual());
    for (const queue::BatchSample& event : some) lines_.add({{event.labels}, event.value, times_.next(event)});
    return true;
  }

  std::span<const queue::BatchSample> next_of(EventBlock& block, queue::EventRef& next) const {
    const auto some = std::span<const queue::BatchSample>(block).first(events_.read(next, block));
    times_.expect(some);
    return some;
  }

  /// There is an event of another metric, and families must not mix; or one whose series has to be looked at.
  bool group() {
    grouped_ = grouped_event_text(batch_, options_, format_, now_unix_ms_);
    return true;
  }

  bool measure_grouped() {
    const bool more = grouped_->measure_next();
    families_ = grouped_->families();
    size_ = grouped_->size();
    out_of_order_ = grouped_->out_of_order();
    first_out_of_order_ = grouped_->first_out_of_order();
    return more;
  }

  const queue::Batch& batch_;
  const Options& options_;  // for the first pass
  const std::int64_t now_unix_ms_;
  std::unique_ptr<EventText> grouped_;  // null: all events so far are of the default metric

  const ShownEvents events_;
  const exposition::Format& format_;
  ClampedTimestamps times_;
  queue::EventRef measured_to_ = queue::first_event;
  queue::EventRef written_to_ = queue::first_event;
  bool heads_written_ = false;
  bool written_to_end_ = false;  // of the batch; the last lines may be in lines_ still
  EventBlock block_;             // kept, since to fill a new one with zeros costs as much as to read events into it
  LineBlock lines_;
};

}  // namespace

std::unique_ptr<EventText> timed_event_text(const queue::Batch& events, const Options& options,
                                            const exposition::Format& format, std::int64_t now_unix_ms) {
  return std::make_unique<TimedEventText>(events, options, format, now_unix_ms);
}

}  // namespace oneshot::app
