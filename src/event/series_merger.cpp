// SPDX-License-Identifier: MIT
#include "event/series_merger.hpp"

namespace oneshot::event {

void SeriesMerger::reserve(std::size_t events) {
  index_.reserve(events);
  repeated_.assign(events, false);
  value_ = ZeroedArray<double>(events);
}

void SeriesMerger::merge(double& into, const Arrival& arrival) noexcept {
  switch (arrival.repeats) {
    case Repeats::count:
      into = arrival.given ? arrival.value : into + 1;
      return;
    case Repeats::last:
      into = arrival.value;
      return;
    case Repeats::sum:
      into += arrival.value;
      return;
  }
}

}  // namespace oneshot::event
