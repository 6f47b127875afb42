// SPDX-License-Identifier: MIT
#include "crypto/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <new>

namespace oneshot::crypto {
namespace {

/// Looked up once, since OpenSSL 3 takes a microsecond for it; never freed, since OpenSSL cleans up by itself at exit.
const EVP_MD* sha256() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found;
}

unsigned char* bytes_of(Digest& digest) noexcept { return reinterpret_cast<unsigned char*>(digest.bytes.data()); }

void must(bool worked) {
  if (!worked) throw std::bad_alloc();
}

}  // namespace

void Sha256::begin() {
  if (begun_) return;
  if (context_ == nullptr) context_.reset(EVP_MD_CTX_new());
  must(context_ != nullptr && EVP_DigestInit_ex(context_.get(), sha256(), nullptr) == 1);
  begun_ = true;
}

Sha256& Sha256::add(std::string_view part) {
  begin();
  must(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1);
  return *this;
}

Digest Sha256::finish() {
  begin();
  Digest digest;
  must(EVP_DigestFinal_ex(context_.get(), bytes_of(digest), nullptr) == 1);
  begun_ = false;
  return digest;
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Digest hmac_sha256(std::string_view key, std::string_view text) {
  Digest digest;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  // A null key would mean "the key as before" to HMAC(); one of no bytes is meant.
  const char* const key_bytes = key.data() != nullptr ? key.data() : "";
  must(HMAC(sha256(), key_bytes, static_cast<int>(key.size()), bytes, text.size(), bytes_of(digest), nullptr) !=
       nullptr);
  return digest;
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace oneshot::crypto
