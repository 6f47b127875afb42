// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "app/event_text.hpp"
#include "event/merge.hpp"
#include "event/render.hpp"

namespace oneshot::app {
namespace {

event::Repeats repeats_of(const settings::Events& settings) noexcept {
  switch (settings.repeats) {
    case settings::Repeats::last:
      return event::Repeats::last;
    case settings::Repeats::sum:
      return event::Repeats::sum;
    case settings::Repeats::count:
      break;
  }
  return event::Repeats::count;
}

class MergedEventText final : public EventText {
 public:
  MergedEventText(const queue::Reading& events, const settings::Events& settings)
      : events_(events), metric_(settings.metric), merger_(repeats_of(settings)), position_(events.begin()) {
    merger_.reserve(events.events());
  }

  bool measure_next() override {
    if (!merged_) {
      merged_ = !merge_some();
      return true;
    }
    const std::size_t stop = std::min(measured_ + events_per_step, merger_.size());
    for (; measured_ < stop; ++measured_)
      size_ += event::sample_line_length(metric_, labels_at(merger_.where(measured_)), merger_.value(measured_));
    return measured_ < merger_.size();
  }

  bool append_next(std::string& out) override {
    for (; written_ < merger_.size() && out.size() < piece_bytes; ++written_)
      event::append_sample_line(out, metric_, labels_at(merger_.where(written_)), merger_.value(written_));
    return written_ < merger_.size();
  }

 private:
  /// False at the end of the batch.
  bool merge_some() {
    const auto labels_of = [this](std::uint32_t where) { return labels_at(where); };
    queue::StoredEvent event;
    for (std::size_t i = 0; i < events_per_step; ++i) {
      if (!events_.next(position_, event)) return false;
      const auto where = static_cast<std::uint32_t>((event.position - events_.begin()) / position_unit);
      merger_.add(where, event.series_hash, event.labels, event.value, event.value_given, labels_of);
    }
    return true;
  }

  [[nodiscard]] std::string_view labels_at(std::uint32_t where) const {
    return events_.at(events_.begin() + where * position_unit).labels;
  }

  static constexpr std::uint64_t position_unit = 8;  // what every position is a multiple of

  const queue::Reading& events_;
  std::string metric_;
  event::SeriesMerger merger_;
  std::uint64_t position_;
  bool merged_ = false;
  std::size_t measured_ = 0;
  std::size_t written_ = 0;
};

}  // namespace

std::unique_ptr<EventText> merged_event_text(const queue::Reading& events, const settings::Events& settings) {
  return std::make_unique<MergedEventText>(events, settings);
}

}  // namespace oneshot::app
