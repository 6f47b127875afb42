// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::event {

/// Appends the name that LabelNames::replace makes of any other, which must not be empty: each character that a label's
/// name may not hold becomes one `_` (so does each byte that is not UTF-8), a digit in front gets a `_` before it, and
/// of a run of `_` in front one stays, so that no name of Prometheus' own comes out. At most one byte longer.
void append_label_name(std::string& out, std::string_view name);

}  // namespace oneshot::event
