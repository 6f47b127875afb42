// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string_view>

#include "app/context.hpp"
#include "base/result.hpp"
#include "http/reply.hpp"
#include "ingest/hooks/hook.hpp"

namespace oneshot::app {

/// Where the hooks are: /hook/NAME.
inline constexpr std::string_view hook_path = "/hook/";
/// Where the list of them is. A slash behind it is gone when a path has been decoded.
inline constexpr std::string_view hooks_path = "/hook";

/// The name in the path of a request; empty for that of the list.
[[nodiscard]] inline std::string_view hook_name(std::string_view path) noexcept {
  return path.substr(std::min(hook_path.size(), path.size()));
}

/// The hook of that name, or the 404 that says which there are. The one that maps CloudEvents has no path: here their
/// attributes would go unchecked, their ids would be no keys, and those of binary mode would be half of an event. Lives
/// as long as the options that the context has now.
[[nodiscard]] Result<const ingest::Hook*, http::Reply> find_hook(const Context& context, std::string_view name);

}  // namespace oneshot::app
