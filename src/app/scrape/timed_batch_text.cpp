// SPDX-License-Identifier: MIT
#include <cstddef>
#include <span>

#include "app/scrape/batch_labels.hpp"
#include "app/scrape/batch_text.hpp"
#include "app/scrape/clamped_timestamps.hpp"

namespace oneshot::app {
namespace {

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
