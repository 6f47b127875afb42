// SPDX-License-Identifier: MIT
#pragma once

#include "settings/settings.hpp"
#include "settings/web/web.hpp"

namespace oneshot::settings {

/// Takes over what the web config says about the parts. Its users join the clients with make_directory().
void use_web(Settings& settings, Web web);

}  // namespace oneshot::settings
