// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace oneshot::storage {

/// Why there is no event log: one line that names it and what to do.
struct Error {
  std::string text;
  /// The file is not what the settings say it is, and will not be at the next start either; else it is the machine's
  /// state: no room, no right, in use.
  bool is_lasting = false;
};

}  // namespace oneshot::storage
