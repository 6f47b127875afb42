// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "settings/sources/environment.hpp"

namespace oneshot::service {

/// An open descriptor that whoever started this process left to it.
struct InheritedSocket {
  UniqueFd fd;
  std::string name;  ///< that of the .socket unit, or the one it was stored under; "unknown" if there is none
};

/// Takes over what LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say (sd_listen_fds(3)); none if they are not there, or
/// meant for another process. Call it once. Errors: `environment variable LISTEN_FDS = "x": must be ...`.
Result<std::vector<InheritedSocket>> take_inherited_sockets(const settings::Environment& environment);

}  // namespace oneshot::service
