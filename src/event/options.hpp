// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oneshot::event {

/// What becomes of equal series in one batch without timestamps; Prometheus would keep the first one only.
enum class Repeats : std::uint8_t {
  count,  ///< an event without a given value adds 1, a given value sets: 1, 1, 1 is 3; 1, value=5, 1 is 6
  last,   ///< the last one replaces
  sum,    ///< values add up
};

/// What becomes of a label's name with a character that no name may hold, such as `app.kubernetes.io/name`.
enum class LabelNames : std::uint8_t {
  strict,   ///< the event is refused, unless blanks are all that is wrong
  replace,  ///< each such character becomes `_`
};

/// What becomes of a label's value that is over max_label_value_bytes.
enum class LongValues : std::uint8_t {
  reject,    ///< the event is refused
  truncate,  ///< the value is cut at a character, and ends in `…`
};

/// What becomes of a sender's time where events go out without timestamps, so that nobody sees it.
enum class SenderTime : std::uint8_t {
  keep,    ///< it is checked, and stands in the event log
  refuse,  ///< the event is refused
};

struct Options {
  LabelNames label_names = LabelNames::strict;
  /// Of `time`, `timestamp` and `ttl`, which are no labels unless the operator says so: those that are labels here.
  std::vector<std::string> plain_labels = {};
  SenderTime sender_time = SenderTime::keep;
  Repeats repeats = Repeats::count;
  unsigned max_event_bytes = 16384;  ///< decoded names and values of one event, all taken together

  // What a scraper may refuse, and a whole batch with it; 0: no limit. Off, because what is too much differs from one
  // scraper to the next, and Prometheus itself has no limits unless somebody sets them.
  unsigned max_labels = 0;  ///< of one event, those with an empty value not counted
  unsigned max_label_name_bytes = 0;
  unsigned max_label_value_bytes = 0;  ///< before escapes, as scrapers count
  LongValues long_values = LongValues::reject;
};

}  // namespace oneshot::event
