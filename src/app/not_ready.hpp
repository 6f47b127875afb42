// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "app/services.hpp"

namespace oneshot::app {

/// Why the program cannot do its work at the moment, in words; empty: it can. Any thread.
[[nodiscard]] std::vector<std::string> reasons_not_ready(const Services& services);

}  // namespace oneshot::app
