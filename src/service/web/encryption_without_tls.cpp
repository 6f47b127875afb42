// SPDX-License-Identifier: MIT
// In the place of encryption.cpp where the build has no TLS: then there is no web config, either.
#include "service/web/encryption.hpp"

namespace oneshot::service {

Result<Encryption> Encryption::make(const settings::Settings& /*settings*/) { return Encryption(); }

net::WrapStream Encryption::wrap(http::TlsStatistics& /*statistics*/, const app::Options& /*in_use*/) const {
  return {};
}

std::string Encryption::subject() const { return {}; }

std::int64_t Encryption::expires_unix_seconds() const noexcept { return 0; }

}  // namespace oneshot::service
