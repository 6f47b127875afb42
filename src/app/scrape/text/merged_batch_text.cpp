// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "app/scrape/text/batch_text.hpp"
#include "app/scrape/text/family_lists.hpp"
#include "app/scrape/text/family_walk.hpp"
#include "app/scrape/text/shown_events.hpp"
#include "app/scrape/text/step.hpp"
#include "event/series_merger.hpp"

namespace oneshot::app {
namespace {

class MergedEventText final : public EventText {
 public:
  MergedEventText(const queue::Batch& events, const Options& options, const exposition::Format& format)
      : EventText(options), events_(events, options.metric), format_(format) {
    merger_.reserve(events.size());
    lists_.reserve(events.size());
  }

  bool measure_next() override {
    if (!merged_) {
      merged_ = !merge_some();
      if (merged_) measure_later_heads(format_);
      return true;
    }
    const std::size_t stop = std::min(measured_ + values_per_step, merger_.size());
    for (; measured_ < stop; ++measured_) size_ += exposition::Format::value_size(merger_.value(measured_));
    return measured_ < merger_.size();
  }

  bool append_next(std::string& out) override {
    while (out.size() < piece_bytes) {
      if (!walk_.go_on(out, format_)) return false;
      if (!walk_.is_at_one()) continue;
      const std::uint32_t series = walk_.number();
      format_.append_sample(out, walk_.metric(), {events_(merger_.where(series)).labels}, merger_.value(series));
    }
    return true;
  }

 private:
  /// False at the end of the batch. Counts the lines without their values while the labels are at hand: what the values
  /// will be is known at the end.
  bool merge_some() {
    EventBlock block;
    Step step;
    while (!step.is_over()) {
      const auto some = std::span<const queue::BatchEvent>(block).first(events_.read(next_, block));
      for (const queue::BatchEvent& event : some) merger_.expect(event.series_hash);
      for (const queue::BatchEvent& event : some) {
        const std::uint64_t looks = merger_.looks();
        merge(event);
        step.count(event, merger_.looks() - looks);
      }
      if (some.size() < block.size()) return false;
    }
    return true;
  }

  void merge(const queue::BatchEvent& event) {
    const std::size_t family = families_.number_of(event.metric);
    const event::SeriesMerger::Arrival arrival{event.value, event.value_given, families_.repeats(family)};
    if (!merger_.add(event.ref, event.series_hash, series_of(event), arrival, events_)) return;
    size_ += format_.frame_size(families_.name(family), {event.labels});
    lists_.add(family);
  }

  static constexpr std::size_t values_per_step = 64 * 1024;

  const ShownEvents events_;
  const exposition::Format& format_;
  event::SeriesMerger merger_;
  FamilyLists lists_;  // of series
  FamilyWalk walk_{families_, lists_};
  queue::EventRef next_ = queue::first_event;
  bool merged_ = false;
  std::size_t measured_ = 0;
};

}  // namespace

std::unique_ptr<EventText> merged_event_text(const queue::Batch& events, const Options& options,
                                             const exposition::Format& format) {
  return std::make_unique<MergedEventText>(events, options, format);
}

}  // namespace oneshot::app
