// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace oneshot::model {

/// What must be true of the real classes, or of the model itself, at every step.
inline void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(std::string("not as it must be: ") + what);
}

}  // namespace oneshot::model
