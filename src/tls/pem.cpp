// SPDX-License-Identifier: MIT
#include "tls/pem.hpp"

#include <new>
#include <utility>

namespace oneshot::tls {
namespace {

BioPointer open(std::string_view text) {
  BioPointer made(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!made) throw std::bad_alloc();
  return made;
}

// A program that nobody sits in front of cannot be asked for one.
int no_passphrase(char* /*space*/, int /*size*/, int /*writes*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

bool is_end_of_text(unsigned long error) noexcept {
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

}  // namespace

std::string last_error() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* const reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "the TLS library refuses it" : reason;
}

Result<std::vector<CertificatePointer>> read_certificates(std::string_view pem) {
  std::vector<CertificatePointer> all;
  const BioPointer text = open(pem);
  ERR_clear_error();
  while (CertificatePointer one{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)})
    all.push_back(std::move(one));
  if (!is_end_of_text(ERR_peek_last_error())) return Unexpected{"is damaged: " + last_error()};
  ERR_clear_error();
  if (all.empty()) return Unexpected{std::string("has no certificate (-----BEGIN CERTIFICATE-----)")};
  return all;
}

Result<KeyPointer> read_key(std::string_view pem) {
  const BioPointer text = open(pem);
  ERR_clear_error();
  bool asked = false;
  KeyPointer key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, &asked));
  if (key) return key;
  const bool nothing = pem.find("PRIVATE KEY-----") == std::string_view::npos;
  const std::string why = last_error();
  if (asked) return Unexpected{std::string("has a passphrase: write it without one (openssl pkey -in KEY -out FILE)")};
  if (nothing) return Unexpected{std::string("has no private key (-----BEGIN PRIVATE KEY-----)")};
  return Unexpected{"is damaged: " + why};
}

}  // namespace oneshot::tls
