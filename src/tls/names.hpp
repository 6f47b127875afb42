// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace oneshot::tls {

/// IANA's names of cipher suites (RFC 5246, RFC 8446), as the library wants them in one text; those of TLS 1.3 are left
/// out, since they are not chosen from there. Errors name the one that is not known.
Result<std::string> cipher_list(const std::vector<std::string>& names);
/// Go's names of curves, as the library wants them. Errors name the one that is not known, and those that are.
Result<std::string> group_list(const std::vector<std::string>& names);

}  // namespace oneshot::tls
