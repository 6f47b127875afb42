// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oneshot::tls {

/// Whether a client shows a certificate, as `client_auth_type` of web.config.file says. The words are Go's.
enum class ClientAuth : std::uint8_t {
  none,                ///< NoClientCert: it is not asked
  request,             ///< RequestClientCert: asked, and believed nothing
  require_any,         ///< RequireAnyClientCert, RequireClientCert: it must have one, whoever signed it
  verify_if_given,     ///< VerifyClientCertIfGiven
  require_and_verify,  ///< RequireAndVerifyClientCert
};

[[nodiscard]] constexpr bool verifies(ClientAuth auth) noexcept {
  return auth == ClientAuth::verify_if_given || auth == ClientAuth::require_and_verify;
}

/// TLS 1.2 and 1.3; there is no older one here.
enum class Version : std::uint8_t { tls12, tls13 };

/// What `tls_server_config` says, files read. Lists that are empty leave the choice to the library.
struct Options {
  std::string certificate;  ///< PEM: that of the server first, then those that signed it
  std::string key;          ///< PEM
  std::string client_ca;    ///< PEM; empty: what the system trusts
  ClientAuth client_auth = ClientAuth::none;
  std::vector<std::string> client_allowed_sans;  ///< one of a client's names must be one of these; empty: any
  Version min_version = Version::tls12;
  Version max_version = Version::tls13;
  std::vector<std::string> cipher_suites;  ///< IANA's names; those of TLS 1.3 change nothing
  std::vector<std::string> curves;         ///< "X25519", "CurveP256", "CurveP384", "CurveP521"
  bool prefer_server_ciphers = true;
  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace oneshot::tls
