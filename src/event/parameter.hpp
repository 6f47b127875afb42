// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace oneshot::event {

/// What a parameter of a request, or a member of a flat JSON object, is by its name.
enum class Parameter : std::uint8_t {
  label,
  value,      ///< the event's value
  time,       ///< the sender's time
  timestamp,  ///< refused: as a label each event would begin a series of its own
  ttl,        ///< refused: an event has no time to live
};

/// Where no name is made an ordinary label (Options::plain_labels).
[[nodiscard]] inline Parameter meaning_of(std::string_view name) noexcept {
  constexpr unsigned sizes = 1U << 3 | 1U << 4 | 1U << 5 | 1U << 9;  // most names have another one
  if (name.size() > 9 || (sizes >> name.size() & 1U) == 0) return Parameter::label;
  if (equals(name, "time")) return Parameter::time;
  if (equals(name, "value")) return Parameter::value;
  if (equals(name, "ttl")) return Parameter::ttl;
  return equals(name, "timestamp") ? Parameter::timestamp : Parameter::label;
}

}  // namespace oneshot::event
