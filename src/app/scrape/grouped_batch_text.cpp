// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "app/scrape/batch_labels.hpp"
#include "app/scrape/batch_text.hpp"
#include "app/scrape/clamped_timestamps.hpp"
#include "event/series_index.hpp"

namespace oneshot::app {
namespace {

class GroupedEventText final : public EventText {
 public:
  GroupedEventText(const queue::Batch& events, const Options& options, const exposition::Format& format,
                   std::int64_t now_unix_ms)
      : events_(events),
        format_(format),
        metric_(options.metric),
        times_(events, now_unix_ms - options.timestamp_max_age.count()) {
    series_.reserve(events.size());
    samples_.reserve(events.size());
  }

  bool measure_next() override {
    EventBlock block;
    for (std::size_t i = 0; i < events_per_step; i += block.size()) {
      const std::size_t count = events_.read(measured_to_, block);
      const auto some = std::span<const queue::BatchEvent>(block).first(count);
      times_.expect(some);
      for (const queue::BatchEvent& event : some) series_.expect(event.series_hash);
      for (const queue::BatchEvent& event : some) note(event);
      if (count < block.size()) return false;
    }
    return true;
  }

  bool append_next(std::string& out) override {
    while (out.size() < piece_bytes && go_to_next_sample()) {
      const Sample& sample = samples_[at_];
      std::array<queue::BatchEvent, 1> event;
      queue::EventRef ref = sample.event;
      static_cast<void>(events_.read(ref, event));
      format_.append_sample(out, metric_, {event[0].labels}, event[0].value, sample.unix_ms);
      at_ = sample.next;
    }
    return at_ != none || series_written_ < first_.size();
  }

 private:
  /// A list for each series.
  struct Sample {
    std::int64_t unix_ms;
    queue::EventRef event;
    std::uint32_t next;
  };
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  void note(const queue::BatchEvent& event) {
    if (event.out_of_order && out_of_order_++ == 0) first_out_of_order_ = event.labels;
    const std::int64_t unix_ms = times_.next(event);
    size_ += format_.sample_size(metric_, {event.labels}, event.value, unix_ms);
    const auto number = static_cast<std::uint32_t>(samples_.size());
    samples_.push_back({unix_ms, event.ref, none});
    const std::size_t series = series_.add(event.ref, event.series_hash, event.labels, labels_at_);
    if (series == first_.size()) {
      first_.push_back(number);
      last_.push_back(number);
    } else {
      samples_[last_[series]].next = number;
      last_[series] = number;
    }
  }

  bool go_to_next_sample() {
    if (at_ == none && series_written_ < first_.size()) at_ = first_[series_written_++];
    return at_ != none;
  }

  const queue::Batch& events_;
  const exposition::Format& format_;
  BatchLabels labels_at_{events_};
  std::string metric_;
  ClampedTimestamps times_;
  event::SeriesIndex series_;
  std::vector<Sample> samples_;
  std::vector<std::uint32_t> first_;  // sample of each series
  std::vector<std::uint32_t> last_;
  queue::EventRef measured_to_ = queue::first_event;
  std::size_t series_written_ = 0;
  std::uint32_t at_ = none;  // the sample that is next; none: the first one of the next series
};

}  // namespace

std::unique_ptr<EventText> grouped_event_text(const queue::Batch& events, const Options& options,
                                              const exposition::Format& format, std::int64_t now_unix_ms) {
  return std::make_unique<GroupedEventText>(events, options, format, now_unix_ms);
}

}  // namespace oneshot::app
