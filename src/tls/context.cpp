// SPDX-License-Identifier: MIT
#include "tls/context.hpp"

#include <new>
#include <utility>

#include "tls/client_names.hpp"
#include "tls/library.hpp"
#include "tls/names.hpp"
#include "tls/pem.hpp"

namespace oneshot::tls {
namespace {

using Checked = Result<void, ContextError>;

Unexpected<ContextError> wrong(std::string option, std::string text) {
  return Unexpected{ContextError{std::move(option), std::move(text)}};
}

// HTTP/1.1 is all that is spoken here (RFC 7301); a client that offers other protocols alone is told so at once.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void* /*argument*/) {
  static constexpr unsigned char http11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, size, http11, sizeof http11 - 1, offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Checked use_certificate(SSL_CTX* context, const Options& options) {
  auto certificates = read_certificates(options.certificate);
  if (!certificates) return wrong("certificate", certificates.error());
  bool first = true;
  for (CertificatePointer& one : *certificates) {
    if (std::exchange(first, false)) {
      if (SSL_CTX_use_certificate(context, one.get()) != 1) return wrong("certificate", last_error());
    } else if (SSL_CTX_add0_chain_cert(context, one.get()) == 1) {
      static_cast<void>(one.release());
    } else {
      return wrong("certificate", last_error());
    }
  }
  return {};
}

// A certificate and a key of different kinds go into different places of the context, and each is fine there: only the
// comparison finds a pair that does not belong together, as where a renewal has written one of the two files so far.
Checked use_key(SSL_CTX* context, const Options& options) {
  auto key = read_key(options.key);
  if (!key) return wrong("key", key.error());
  if (SSL_CTX_use_PrivateKey(context, key->get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return wrong("key", "does not belong to the certificate");
  return {};
}

Checked use_client_ca(SSL_CTX* context, const Options& options) {
  if (!verifies(options.client_auth)) return {};
  if (options.client_ca.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  auto authorities = read_certificates(options.client_ca);
  if (!authorities) return wrong("client_ca", authorities.error());
  for (const CertificatePointer& one : *authorities) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get()) != 1 ||
        SSL_CTX_add_client_CA(context, one.get()) != 1)
      return wrong("client_ca", last_error());
  }
  return {};
}

int verify_mode(ClientAuth auth) noexcept {
  switch (auth) {
    case ClientAuth::none:
      return SSL_VERIFY_NONE;
    case ClientAuth::request:
    case ClientAuth::verify_if_given:
      return SSL_VERIFY_PEER;  // "if given", as long as the other bit is missing
    case ClientAuth::require_any:
    case ClientAuth::require_and_verify:
      break;
  }
  return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

const Options& options_of(X509_STORE_CTX* store) {
  auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  return *static_cast<const Options*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

// Called for each certificate of a client's chain, and for each fault of one; the client's own is at depth 0.
int check_client(int good_so_far, X509_STORE_CTX* store) {
  const Options& options = options_of(store);
  if (verifies(options.client_auth) && good_so_far != 1) return 0;
  if (X509_STORE_CTX_get_error_depth(store) != 0 || options.client_allowed_sans.empty()) return 1;
  if (has_one_of(X509_STORE_CTX_get_current_cert(store), options.client_allowed_sans)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

Checked use_choices(SSL_CTX* context, const Options& options) {
  auto ciphers = cipher_list(options.cipher_suites);
  if (!ciphers) return wrong("cipher_suites", ciphers.error());
  if (!ciphers->empty() && SSL_CTX_set_cipher_list(context, ciphers->c_str()) != 1)
    return wrong("cipher_suites", last_error());
  auto groups = group_list(options.curves);
  if (!groups) return wrong("curve_preferences", groups.error());
  if (!groups->empty() && SSL_CTX_set1_groups_list(context, groups->data()) != 1)
    return wrong("curve_preferences", last_error());
  return {};
}

constexpr int number_of(Version version) noexcept {
  return version == Version::tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

// Scrapers keep their connection and resume nothing. Renegotiation has nothing to give but work for us.
void set_rules(SSL_CTX* context, const Options& options) {
  SSL_CTX_set_min_proto_version(context, number_of(options.min_version));
  SSL_CTX_set_max_proto_version(context, number_of(options.max_version));
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  if (options.prefer_server_ciphers) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_send_fragment(context, Context::largest_record);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

std::int64_t unix_seconds(const ASN1_TIME* time) {
  int days = 0;
  int seconds = 0;
  const std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return 0;
  return std::int64_t{days} * 86400 + seconds;
}

// RFC 2253, which escapes all but plain characters. A certificate may have an empty subject and names alone.
std::string subject_of(const X509* certificate) {
  const BioPointer text(BIO_new(BIO_s_mem()));
  if (!text || X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) < 0) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

}  // namespace

Result<std::shared_ptr<const Context>, ContextError> Context::make(const Options& options) {
  ERR_clear_error();
  ContextPointer made(SSL_CTX_new(TLS_server_method()));
  auto kept = std::make_unique<const Options>(options);
  if (!made) throw std::bad_alloc();
  set_rules(made.get(), options);
  if (auto used = use_certificate(made.get(), options); !used) return Unexpected{used.error()};
  if (auto used = use_key(made.get(), options); !used) return Unexpected{used.error()};
  if (auto used = use_client_ca(made.get(), options); !used) return Unexpected{used.error()};
  if (auto used = use_choices(made.get(), options); !used) return Unexpected{used.error()};
  SSL_CTX_set_verify(made.get(), verify_mode(options.client_auth), check_client);
  const X509* const shown = SSL_CTX_get0_certificate(made.get());
  const std::int64_t expires = unix_seconds(X509_get0_notAfter(shown));
  SSL_CTX_set_app_data(made.get(), const_cast<Options*>(kept.get()));  // the library has no const
  return std::shared_ptr<const Context>(new Context(made.release(), std::move(kept), subject_of(shown), expires));
}

Context::Context(ssl_ctx_st* context, std::unique_ptr<const Options> options, std::string subject,
                 std::int64_t expires) noexcept
    : context_(context), options_(std::move(options)), subject_(std::move(subject)), expires_(expires) {}

Context::~Context() { SSL_CTX_free(context_); }

}  // namespace oneshot::tls
