// SPDX-License-Identifier: MIT
#pragma once

#include "settings/key/named_sections.hpp"

namespace oneshot::settings {

/// The sections [clients.NAME]: who may do what.
[[nodiscard]] NamedSections client_sections();

}  // namespace oneshot::settings
