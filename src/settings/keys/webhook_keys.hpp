// SPDX-License-Identifier: MIT
#pragma once

#include "settings/key/named_sections.hpp"

namespace oneshot::settings {

/// The sections [webhooks.NAME]: what becomes of the JSON that others POST to /hook/NAME.
[[nodiscard]] NamedSections webhook_sections();

}  // namespace oneshot::settings
