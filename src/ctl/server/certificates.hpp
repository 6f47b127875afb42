// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"

namespace oneshot::ctl {

/// Whether the files of --cacert, --cert and --key are there and hold what they should. libcurl would tell it only
/// instead of an answer, after all retries. An empty name is no file. Errors name the option and the
/// file.
[[nodiscard]] Result<void> check_certificates(const std::string& cacert, const std::string& cert,
                                              const std::string& key);

}  // namespace oneshot::ctl
