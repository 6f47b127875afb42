// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::event {

/// What becomes of equal series in one batch without timestamps; Prometheus would keep the first one only.
enum class Repeats : std::uint8_t {
  count,  ///< an event without a given value adds 1, a given value sets: 1, 1, 1 is 3; 1, value=5, 1 is 6
  last,   ///< the last one replaces
  sum,    ///< values add up
};

/// What becomes of a label's name with a byte that no name may hold, such as `app.kubernetes.io/name`.
enum class LabelNames : std::uint8_t {
  strict,   ///< the event is refused
  replace,  ///< each such character becomes `_`
};

struct Options {
  LabelNames label_names = LabelNames::strict;
  Repeats repeats = Repeats::count;
  unsigned max_event_bytes = 16384;  ///< decoded names and values of one event, all taken together
};

}  // namespace oneshot::event
