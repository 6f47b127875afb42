// SPDX-License-Identifier: MIT
#include "support/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

namespace oneshot::test {

struct TlsClient::Parts {
  Parts() : context(SSL_CTX_new(TLS_client_method())) {}
  ~Parts() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
  SSL_CTX* context;
  SSL* ssl = nullptr;
};

TlsClient::TlsClient(const Options& options) : parts_(std::make_unique<Parts>()) {
  SSL_CTX* const context = parts_->context;
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  if (options.max_version != 0) SSL_CTX_set_max_proto_version(context, options.max_version);
  if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context, options.ciphers.c_str());
  if (options.certificate != nullptr) {
    const auto& pem = *options.certificate;
    BIO* const certificate = BIO_new_mem_buf(pem.certificate.data(), static_cast<int>(pem.certificate.size()));
    BIO* const key = BIO_new_mem_buf(pem.key.data(), static_cast<int>(pem.key.size()));
    X509* const x509 = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
    EVP_PKEY* const secret = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context, x509);
    SSL_CTX_use_PrivateKey(context, secret);
    X509_free(x509);
    EVP_PKEY_free(secret);
    BIO_free(certificate);
    BIO_free(key);
  }
  parts_->ssl = SSL_new(context);
  if (!options.protocols.empty())
    SSL_set_alpn_protos(parts_->ssl, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                        static_cast<unsigned>(options.protocols.size()));
  BIO* const in = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(parts_->ssl, in, BIO_new(BIO_s_mem()));
  SSL_set_connect_state(parts_->ssl);
  go_on();
}

TlsClient::~TlsClient() = default;

void TlsClient::receive(std::string_view wire) {
  BIO_write(SSL_get_rbio(parts_->ssl), wire.data(), static_cast<int>(wire.size()));
  go_on();
}

void TlsClient::go_on() {
  ERR_clear_error();
  if (!established) {
    const int result = SSL_do_handshake(parts_->ssl);
    established = result == 1;
    failed = failed || (!established && SSL_get_error(parts_->ssl, result) != SSL_ERROR_WANT_READ);
  }
  std::array<char, 65536> piece;
  while (established && !closed && !failed) {
    std::size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(parts_->ssl, piece.data(), piece.size(), &got);
    if (result == 1) {
      plain.append(piece.data(), got);
      largest_record = std::max(largest_record, got);
      continue;
    }
    const int why = SSL_get_error(parts_->ssl, result);
    closed = why == SSL_ERROR_ZERO_RETURN;
    failed = !closed && why != SSL_ERROR_WANT_READ;
    break;
  }
}

void TlsClient::write(std::string_view text) {
  std::size_t written = 0;
  SSL_write_ex(parts_->ssl, text.data(), text.size(), &written);
}

void TlsClient::close() { SSL_shutdown(parts_->ssl); }

void TlsClient::update_key() {
  SSL_key_update(parts_->ssl, SSL_KEY_UPDATE_REQUESTED);
  SSL_do_handshake(parts_->ssl);
}

std::string TlsClient::to_send() {
  char* data = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(parts_->ssl), &data);
  std::string wire(data, static_cast<std::size_t>(size));
  static_cast<void>(BIO_reset(SSL_get_wbio(parts_->ssl)));
  return wire;
}

std::string TlsClient::cipher() const { return SSL_get_cipher_name(parts_->ssl); }

std::string TlsClient::protocol() const {
  const unsigned char* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(parts_->ssl, &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace oneshot::test
