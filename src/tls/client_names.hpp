// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "tls/library.hpp"

namespace oneshot::tls {

/// Whom a certificate says that it is: its subject's alternative names (RFC 5280 section 4.2.1.6) that are DNS names,
/// e-mail addresses, URIs, or IP addresses in their canonical text. One with a zero byte inside is left out, since
/// everything that compares C texts would take it for a shorter one.
std::vector<std::string> alternative_names(const X509* certificate);
[[nodiscard]] bool has_one_of(const X509* certificate, const std::vector<std::string>& allowed);

}  // namespace oneshot::tls
