// SPDX-License-Identifier: MIT
#include "support/certificates.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace oneshot::test {
namespace {

template <auto function>
struct Free {
  template <class Thing>
  void operator()(Thing* thing) const noexcept {
    function(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using X509Pointer = std::unique_ptr<X509, Free<X509_free>>;

void check(bool good) {
  if (!good) throw std::runtime_error("OpenSSL has made no certificate");
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Key read_key(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

X509Pointer read_certificate(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return X509Pointer(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  check(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Certificate make_certificate(const CertificateOptions& options) {
  static long serial = 1;
  const Key key(options.rsa ? EVP_RSA_gen(2048) : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const X509Pointer made(X509_new());
  check(key && made);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), options.seconds);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(options.name.c_str()), -1, -1, 0);
  const X509Pointer issuer = options.issuer ? read_certificate(options.issuer->certificate) : X509Pointer();
  const Key issuer_key = options.issuer ? read_key(options.issuer->key) : Key();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer ? issuer.get() : made.get()));
  if (!options.issuer) add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  std::string sans;
  for (const std::string& san : options.sans) sans += (sans.empty() ? "" : ",") + san;
  if (!sans.empty()) add_extension(made.get(), NID_subject_alt_name, sans);
  check(X509_sign(made.get(), issuer_key ? issuer_key.get() : key.get(), EVP_sha256()) > 0);
  const Bio certificate(BIO_new(BIO_s_mem()));
  const Bio secret(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509(certificate.get(), made.get()) == 1);
  check(PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {text_of(certificate.get()), text_of(secret.get())};
}

}  // namespace oneshot::test
