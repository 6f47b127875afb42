// SPDX-License-Identifier: MIT
#pragma once

// The one place that includes OpenSSL's TLS; only .cpp files of this folder include it.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace oneshot::tls {

/// Calls OpenSSL's own function for the end of a thing.
template <auto function>
struct Free {
  template <class Thing>
  void operator()(Thing* thing) const noexcept {
    function(thing);
  }
};

using SslPointer = std::unique_ptr<SSL, Free<SSL_free>>;
using ContextPointer = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using BioPointer = std::unique_ptr<BIO, Free<BIO_free_all>>;
using CertificatePointer = std::unique_ptr<X509, Free<X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

}  // namespace oneshot::tls
