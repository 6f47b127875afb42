// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tls/library.hpp"

namespace oneshot::tls {

/// All certificates of a PEM text, in its order, at least one. Errors: `has no certificate`, `is damaged: ...`.
Result<std::vector<CertificatePointer>> read_certificates(std::string_view pem);
/// The private key of a PEM text. Errors: `has no private key`, `has a passphrase, ...`.
Result<KeyPointer> read_key(std::string_view pem);
/// What the library says about the call that failed, and no more of it.
std::string last_error();

}  // namespace oneshot::tls
