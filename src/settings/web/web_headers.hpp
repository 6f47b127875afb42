// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::settings {

/// What is wrong with a header of http_server_config; empty: nothing. The five of exporter-toolkit are allowed, with
/// the values that it allows (web/handler.go).
[[nodiscard]] std::string check_web_header(std::string_view name, std::string_view value);

}  // namespace oneshot::settings
