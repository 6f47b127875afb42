// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot {

/// What a path of a Unix socket may have: sun_path without its zero byte (unix(7)).
inline constexpr std::size_t longest_unix_path = 107;

/// The path of "unix:/run/post.sock"; nothing for an address that is none of a Unix socket.
[[nodiscard]] constexpr std::optional<std::string_view> unix_path(std::string_view address) noexcept {
  constexpr std::string_view scheme = "unix:";
  if (!address.starts_with(scheme)) return std::nullopt;
  return address.substr(scheme.size());
}

/// "unix:/run/post.sock", of the name of a Unix socket as getsockname(2) gives it; "unix:@name" of an abstract one.
[[nodiscard]] std::string text_of_unix(const sockaddr_storage& name, socklen_t length);

}  // namespace oneshot
