// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oneshot::test {

/// A certificate with its key, both PEM, made for one test.
struct Certificate {
  std::string certificate;
  std::string key;
};

struct CertificateOptions {
  std::string name = "localhost";                     ///< common name
  std::vector<std::string> sans = {"DNS:localhost"};  ///< as OpenSSL writes them: "IP:127.0.0.1", "URI:spiffe://a/b"
  const Certificate* issuer = nullptr;                ///< null: signed by itself
  std::int64_t seconds = 3600;                        ///< until it ends; negative: it has ended
  bool rsa = false;                                   ///< else an elliptic curve, which is quicker
};

Certificate make_certificate(const CertificateOptions& options = {});

}  // namespace oneshot::test
