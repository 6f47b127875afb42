// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "http/request.hpp"

namespace oneshot::http {

/// Whether a comma-separated list such as the value of Connection holds `token`; case does not matter.
[[nodiscard]] bool list_has(std::string_view list, std::string_view token) noexcept;

/// The same over all headers of that name: two headers are one list (RFC 9110 5.3).
[[nodiscard]] bool list_has(std::span<const Header> headers, std::string_view name, std::string_view token) noexcept;

}  // namespace oneshot::http
