// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "ingest/hooks/options.hpp"

namespace oneshot::settings {

/// What a preset brings: the section of its file in config/webhooks, which the program carries. Null if there is none.
[[nodiscard]] const ingest::HookOptions* find_webhook_preset(std::string_view name);
/// Sorted.
[[nodiscard]] std::vector<std::string_view> webhook_presets();

}  // namespace oneshot::settings
