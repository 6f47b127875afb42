// SPDX-License-Identifier: MIT
#include "event/series_index.hpp"

#include <algorithm>
#include <bit>

namespace oneshot::event {

void SeriesIndex::reserve(std::size_t events) {
  assert(events < std::size_t{1} << 31);
  capacity_ = events;
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(events * 2, 2));
  slot_shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots));
  number_mask_ = static_cast<std::uint32_t>(std::bit_ceil(events + 1) - 1);
  table_ = ZeroedArray<std::uint32_t>(slots);
  where_.clear();
  where_.reserve(events);
  looks_ = 0;
}

}  // namespace oneshot::event
