// SPDX-License-Identifier: MIT
#include "event/series_merger.hpp"

namespace oneshot::event {

void SeriesMerger::reserve(std::size_t events) {
  index_.reserve(events);
  value_.clear();
  value_.reserve(events);
}

void SeriesMerger::merge(double& into, double value, bool given) const noexcept {
  switch (repeats_) {
    case Repeats::count:
      into = given ? value : into + 1;
      return;
    case Repeats::last:
      into = value;
      return;
    case Repeats::sum:
      into += value;
      return;
  }
}

}  // namespace oneshot::event
