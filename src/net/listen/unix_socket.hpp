// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"
#include "net/listen/listening_socket.hpp"

namespace oneshot::net {

/// Where a Unix socket is, and who may connect to it.
struct UnixPlace {
  std::string path;    ///< absolute, at most longest_unix_path bytes (base/unix_path.hpp)
  mode_t mode = 0660;  ///< of the socket's file: whoever may write to it may connect (unix(7))
  std::string group;   ///< the name of the group that the file belongs to; empty: the program's own
};

/// Opens a socket there. What an earlier program has left is replaced, if nobody listens at it any more. The file stays
/// when the program ends. Errors: `cannot listen on unix:/run/x.sock: another program listens there`.
Result<ListeningSocket> open_unix_socket(const UnixPlace& place);

/// Whether that is what open_unix_socket() would make: bound to this path, at which a socket still is.
bool is_bound_to_path(const ListeningSocket& socket, const std::string& path) noexcept;

}  // namespace oneshot::net
