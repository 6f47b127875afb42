// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>

#include "event/event.hpp"

namespace oneshot::event {

std::string_view reason_name(Reason reason) noexcept {
  // In the order of the enumerators.
  static constexpr std::array<std::string_view, reason_count> names = {
      "bad_label_name", "bad_value",        "bad_utf8", "bad_encoding",    "duplicate_label",
      "too_large",      "bad_content_type", "log_full", "unable_to_store",
  };
  return names[static_cast<std::size_t>(reason)];
}

}  // namespace oneshot::event
