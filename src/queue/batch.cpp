// SPDX-License-Identifier: MIT
#include "queue/batch.hpp"

#include <array>

namespace oneshot::queue {
namespace {

BatchSample sample_of(const BatchEvent& event) noexcept {
  return {.ref = event.ref,
          .value_given = event.value_given,
          .out_of_order = event.out_of_order,
          .series_hash = event.series_hash,
          .labels = event.labels,
          .value = event.value,
          .unix_ms = event.unix_ms,
          .metric = event.metric};
}

class NoEvents final : public Batch {
 public:
  [[nodiscard]] std::uint64_t size() const noexcept override { return 0; }
  std::size_t read(EventRef&, std::span<BatchEvent>) const noexcept override { return 0; }
  [[nodiscard]] Series series_at(EventRef) const noexcept override { return {}; }
  [[nodiscard]] std::uint64_t hash_of(const Series&) const noexcept override { return 0; }
};

}  // namespace

const Batch& no_events() noexcept {
  static const NoEvents nothing;
  return nothing;
}

std::size_t Batch::read_samples(EventRef& next, std::span<BatchSample> samples) const noexcept {
  std::array<BatchEvent, 1> event;
  std::size_t count = 0;
  while (count < samples.size() && read(next, event) > 0) samples[count++] = sample_of(event[0]);
  return count;
}

void Batch::samples_at(std::span<const EventRef> events, std::span<BatchSample> samples) const noexcept {
  std::array<BatchEvent, 1> event;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EventRef next = events[i];
    static_cast<void>(read(next, event));
    samples[i] = sample_of(event[0]);
  }
}

}  // namespace oneshot::queue
