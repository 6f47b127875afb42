// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/protocol_error.hpp"

namespace oneshot::http {

/// The parts of a request target that this server looks at: views of it, still percent-encoded.
struct Target {
  std::string_view path;   ///< "/event", "*" of OPTIONS, "host:port" of CONNECT; never empty
  std::string_view query;  ///< without its question mark
};

/// Takes apart a target in any of the four forms of RFC 9112 3.2. `target` holds printable ASCII only.
[[nodiscard]] Result<Target, ProtocolError> split_target(std::string_view method, std::string_view target);

/// The path is as decode_path() would leave it: nothing percent-encoded, no slash to drop. False for some others too.
[[nodiscard]] bool is_plain_path(std::string_view path) noexcept;
/// Percent-decodes a path into `out` (emptied first); a plus stays a plus. Of several slashes in a row one stays, and
/// one at the end goes: `//event` and `/event/` are what comes out where somebody put `http://host/` and `/event`
/// together, and no two of the server's paths differ in a slash.
[[nodiscard]] Result<std::string_view, ProtocolError> decode_path(std::string_view path, std::string& out);

/// Percent-encodes whatever is not ASCII in `text` from `from` on. curl sends the bytes of an URL as they
/// were typed, so `message=größe` arrives raw; a browser would have sent just this.
void percent_encode_non_ascii(std::string& text, std::size_t from);

/// Whether this can be a Host header or the authority of a target: a name or an IP address, in brackets if it
/// is IPv6, and perhaps a port (RFC 3986 3.2.2, without user information). Empty is allowed for Host.
[[nodiscard]] bool is_authority(std::string_view text) noexcept;

}  // namespace oneshot::http
