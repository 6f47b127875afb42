// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "app/scrape/text/batch_text.hpp"
#include "app/scrape/text/family_lists.hpp"
#include "app/scrape/text/family_walk.hpp"
#include "app/scrape/text/line_block.hpp"
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
    for (; measured_ < stop; ++measured_)
      if (merger_.is_repeated(measured_)) size_ += exposition::Format::value_size(merger_.value(measured_));
    return measured_ < merger_.size();
  }

  bool append_next(std::string& out) override {
    while (out.size() < piece_bytes) {
      if (lines_.is_written() && !make_lines(out)) return false;
      lines_.append_to(out, format_, piece_bytes);
    }
    return true;
  }

 private:
  /// False at the end of the batch. Counts the lines while the labels are at hand, without the values of repeated
  /// series: what these will be is known at the end.
  bool merge_some() {
    EventBlock block;
    Step step;
    while (!step.is_over()) {
      const auto some = std::span<const queue::BatchSample>(block).first(events_.read(next_, block));
      for (const queue::BatchSample& event : some) merger_.expect(event.series_hash);
      for (const queue::BatchSample& event : some) {
        const std::uint64_t looks = merger_.looks();
        merge(event);
        step.count(event, merger_.looks() - looks);
      }
      if (some.size() < block.size()) return false;
    }
    return true;
  }

  void merge(const queue::BatchSample& event) {
    using exposition::Format;
    using Added = event::SeriesMerger::Added;
    const std::size_t family = families_.number_of(event.metric);
    const event::SeriesMerger::Arrival arrival{event.value, event.value_given, families_.repeats(family)};
    double first_value = 0;
    const auto value_at = [&](queue::EventRef first) { return first_value = value_of(first); };
    const Added added = merger_.add(event.ref, event.series_hash, series_of(event), arrival, events_, value_at);
    if (added == Added::second) size_ -= Format::value_size(first_value);
    if (added != Added::first) return;
    size_ += format_.sample_size(families_.name(family), {event.labels}, event.value);
    lists_.add(family);
  }

  [[nodiscard]] double value_of(queue::EventRef event) const {
    std::array<queue::BatchSample, 1> sample;
    events_.read_at(std::span(&event, 1), sample);
    return sample[0].value;
  }

  /// For the next series of one family; or none, where its head was next, which is written then. False: that was all.
  bool make_lines(std::string& out) {
    if (!walk_.go_on(out, format_)) return false;
    if (!walk_.is_at_one()) return true;
    std::array<std::uint32_t, LineBlock::most> series;
    std::array<queue::EventRef, LineBlock::most> refs;
    std::size_t count = 0;
    do {
      series[count] = walk_.number();
      refs[count] = merger_.where(walk_.number());
    } while (++count < LineBlock::most && walk_.go_on_in_family());
    events_.read_at(std::span(refs).first(count), block_);
    lines_.begin(walk_.metric());
    for (std::size_t i = 0; i < count; ++i)
      lines_.add({{block_[i].labels}, merger_.is_repeated(series[i]) ? merger_.value(series[i]) : block_[i].value, {}});
    return true;
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
  EventBlock block_;  // kept, since to fill a new one with zeros costs as much as to read events into it
  LineBlock lines_;
};

}  // namespace

std::unique_ptr<EventText> merged_event_text(const queue::Batch& events, const Options& options,
                                             const exposition::Format& format) {
  return std::make_unique<MergedEventText>(events, options, format);
}

}  // namespace oneshot::app
