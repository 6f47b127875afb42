// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "app/scrape/text/batch_text.hpp"
#include "app/scrape/text/clamped_timestamps.hpp"
#include "app/scrape/text/family_lists.hpp"
#include "app/scrape/text/family_walk.hpp"
#include "app/scrape/text/shown_events.hpp"
#include "app/scrape/text/step.hpp"
#include "event/series_index.hpp"

namespace oneshot::app {
namespace {

class GroupedEventText final : public EventText {
 public:
  GroupedEventText(const queue::Batch& events, const Options& options, const exposition::Format& format,
                   std::int64_t now_unix_ms)
      : EventText(options),
        events_(events, options.metric),
        format_(format),
        times_(events_, now_unix_ms - options.timestamp_max_age.count()) {
    series_.reserve(events.size());
    samples_.reserve(events.size());
    lists_.reserve(events.size());
  }

  bool measure_next() override {
    EventBlock block;
    Step step;
    while (!step.is_over()) {
      const auto some = std::span<const queue::BatchSample>(block).first(events_.read(measured_to_, block));
      times_.expect(some);
      for (const queue::BatchSample& event : some) series_.expect(event.series_hash);
      for (const queue::BatchSample& event : some) {
        const std::uint64_t looks = series_.looks();
        note(event);
        step.count(event, series_.looks() - looks);
      }
      if (some.size() == block.size()) continue;
      measure_later_heads(format_);
      return false;
    }
    return true;
  }

  bool append_next(std::string& out) override {
    while (out.size() < piece_bytes) {
      if (at_ == none && !walk_.go_on(out, format_)) return false;
      if (at_ == none && !walk_.is_at_one()) continue;
      if (at_ == none) at_ = first_[walk_.number()];
      const Sample& sample = samples_[at_];
      std::array<queue::BatchSample, 1> event;
      queue::EventRef ref = sample.event;
      static_cast<void>(events_.read(ref, event));
      format_.append_sample(out, walk_.metric(), {event[0].labels}, event[0].value, sample.unix_ms);
      at_ = sample.next;
    }
    return true;
  }

 private:
  /// A list for each series.
  struct Sample {
    std::int64_t unix_ms;
    queue::EventRef event;
    std::uint32_t next;
  };
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  void note(const queue::BatchSample& event) {
    const std::size_t family = families_.number_of(event.metric);
    if (event.out_of_order) note_out_of_order(event, families_.name(family));
    const auto number = static_cast<std::uint32_t>(samples_.size());
    const std::size_t series = series_.add(event.ref, event.series_hash, series_of(event), events_);
    std::int64_t unix_ms = times_.next(event);
    if (series == first_.size()) {
      first_.push_back(number);
      last_.push_back(number);
      lists_.add(family);
    } else {
      // Two series of the log may be one here: see ShownEvents::has_merged_names().
      unix_ms = std::max(unix_ms, samples_[last_[series]].unix_ms + 1);
      samples_[last_[series]].next = number;
      last_[series] = number;
    }
    samples_.push_back({unix_ms, event.ref, none});
    size_ += format_.sample_size(families_.name(family), {event.labels}, event.value, unix_ms);
  }

  const ShownEvents events_;
  const exposition::Format& format_;
  ClampedTimestamps times_;
  event::SeriesIndex series_;
  std::vector<Sample> samples_;
  std::vector<std::uint32_t> first_;  // sample of each series
  std::vector<std::uint32_t> last_;
  FamilyLists lists_;  // of series
  FamilyWalk walk_{families_, lists_};
  queue::EventRef measured_to_ = queue::first_event;
  std::uint32_t at_ = none;  // the sample that is next; none: the first one of the next series
};

}  // namespace

std::unique_ptr<EventText> grouped_event_text(const queue::Batch& events, const Options& options,
                                              const exposition::Format& format, std::int64_t now_unix_ms) {
  return std::make_unique<GroupedEventText>(events, options, format, now_unix_ms);
}

}  // namespace oneshot::app
