// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "settings/sources/environment.hpp"
#include "settings/web/web.hpp"

namespace oneshot::settings {

/// Of the file of this name; an empty name is no file, which is plain HTTP for everybody. A name that begins with
/// `$CREDENTIALS_DIRECTORY/`, in the file too, is of the folder that systemd has put credentials into; a relative one
/// in the file is of the file's own folder. Blocks while it reads. Errors name the file and, within it, line and key;
/// none shows a key. In a build without TLS any name is an error.
[[nodiscard]] Result<Web> read_web(const std::string& file, const Environment& environment);

}  // namespace oneshot::settings
