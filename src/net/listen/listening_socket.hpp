// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace oneshot::net {

/// An open, listening, non-blocking TCP or Unix socket.
struct ListeningSocket {
  UniqueFd fd;
  std::string address;  ///< what it is really bound to: "[::]:8090", "127.0.0.1:34567", "unix:/run/post.sock"
  bool v6 = false;
};

/// Opens `host` (a name or address; "::" takes IPv4 too, and becomes 0.0.0.0 where the machine has no IPv6) at `port`
/// (0: the kernel chooses). Errors: `cannot listen on [::]:8090: Address already in use`.
Result<ListeningSocket> open_listening_socket(const std::string& host, std::uint16_t port);

/// Takes over a socket that another process has opened. Errors: `must be a listening TCP or Unix socket, not a
/// file`.
Result<ListeningSocket> adopt_listening_socket(UniqueFd fd);

/// Whether it is what open_listening_socket(host, port) would bind (port 0: any port will do). Errors, where `host`
/// cannot be looked up: `cannot listen on example:8090: Name or service not known`.
Result<bool> is_bound_to(const ListeningSocket& socket, const std::string& host, std::uint16_t port);

/// How many connections wait to be accepted there.
std::size_t waiting_connections(int listening_socket) noexcept;

}  // namespace oneshot::net
