// SPDX-License-Identifier: MIT
#include "event/merge.hpp"

#include <algorithm>
#include <bit>

namespace oneshot::event {

void SeriesMerger::reserve(std::size_t events) {
  assert(events < std::size_t{1} << 31);
  capacity_ = events;
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(events * 2, 2));
  slot_shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots));
  number_mask_ = static_cast<std::uint32_t>(std::bit_ceil(events + 1) - 1);
  table_.assign(slots, 0);
  where_.clear();
  where_.reserve(events);
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
