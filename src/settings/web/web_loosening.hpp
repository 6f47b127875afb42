// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "settings/web/web_config.hpp"

namespace oneshot::settings {

/// What `read` asks for that would let in somebody whom `in_use` keeps out: "tls_server_config is gone, which would be
/// plain HTTP". A file that is half written, or was cut off by a full disk, looks like that, so nobody
/// takes it for somebody's will unless they say so.
[[nodiscard]] std::optional<std::string> what_loosens(const WebConfig& in_use, const WebConfig& read);

}  // namespace oneshot::settings
