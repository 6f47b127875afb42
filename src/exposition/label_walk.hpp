// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace oneshot::exposition {

/// One label of a rendered label set. Views of that set.
struct RenderedLabel {
  std::string_view name;
  std::string_view value;  ///< still escaped, which is as good to tell values apart
  std::string_view text;   ///< all of it: `service="checkout"`
};

/// Takes the first label, and the comma behind it, away from a rendered label set that is not empty:
/// `service="checkout",type="deploy"`. Of what is none, no byte is read beyond the end.
[[nodiscard]] RenderedLabel take_label(std::string_view& labels) noexcept;

}  // namespace oneshot::exposition
