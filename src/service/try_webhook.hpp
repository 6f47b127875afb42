// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "settings/settings.hpp"
#include "settings/sources/command_line.hpp"

namespace oneshot::service {

/// What a hook makes of a payload, as `POST /hook/NAME?dry_run=1` answers it; or why it makes nothing, in one line.
[[nodiscard]] Result<std::string> try_webhook(const settings::Settings& settings, const settings::TryWebhook& wanted);

}  // namespace oneshot::service
