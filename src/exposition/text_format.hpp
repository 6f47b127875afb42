// SPDX-License-Identifier: MIT
#pragma once

#include "exposition/format.hpp"

namespace oneshot::exposition {

/// The text exposition format 0.0.4 (Prometheus documentation, "Exposition formats"). Prometheus' lexer knows digits
/// only in a timestamp, so one before 1970 is written as 0.
[[nodiscard]] const Format& text_format() noexcept;

}  // namespace oneshot::exposition
