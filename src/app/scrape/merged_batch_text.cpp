// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>

#include "app/scrape/batch_labels.hpp"
#include "app/scrape/batch_text.hpp"
#include "event/series_merger.hpp"

namespace oneshot::app {
namespace {

class MergedEventText final : public EventText {
 public:
  MergedEventText(const queue::Batch& events, const Options& options, const exposition::Format& format)
      : events_(events), format_(format), metric_(options.metric), merger_(options.event.repeats) {
    merger_.reserve(events.size());
  }

  bool measure_next() override {
    if (!merged_) {
      merged_ = !merge_some();
      return true;
    }
    const std::size_t stop = std::min(measured_ + values_per_step, merger_.size());
    for (; measured_ < stop; ++measured_) size_ += exposition::Format::value_size(merger_.value(measured_));
    return measured_ < merger_.size();
  }

  bool append_next(std::string& out) override {
    for (; written_ < merger_.size() && out.size() < piece_bytes; ++written_)
      format_.append_sample(out, metric_, {labels_at_(merger_.where(written_))}, merger_.value(written_));
    return written_ < merger_.size();
  }

 private:
  /// False at the end of the batch. Counts the lines without their values while the labels are at hand: what the values
  /// will be is known at the end.
  bool merge_some() {
    EventBlock block;
    for (std::size_t i = 0; i < events_per_step; i += block.size()) {
      const std::size_t count = events_.read(next_, block);
      for (std::size_t n = 0; n < count; ++n) merger_.expect(block[n].series_hash);
      for (std::size_t n = 0; n < count; ++n) {
        const queue::BatchEvent& event = block[n];
        if (merger_.add(event.ref, event.series_hash, event.labels, event.value, event.value_given, labels_at_))
          size_ += format_.frame_size(metric_, {event.labels});
      }
      if (count < block.size()) return false;
    }
    return true;
  }

  static constexpr std::size_t values_per_step = 16 * events_per_step;

  const queue::Batch& events_;
  const exposition::Format& format_;
  BatchLabels labels_at_{events_};
  std::string metric_;
  event::SeriesMerger merger_;
  queue::EventRef next_ = queue::first_event;
  bool merged_ = false;
  std::size_t measured_ = 0;
  std::size_t written_ = 0;
};

}  // namespace

std::unique_ptr<EventText> merged_event_text(const queue::Batch& events, const Options& options,
                                             const exposition::Format& format) {
  return std::make_unique<MergedEventText>(events, options, format);
}

}  // namespace oneshot::app
