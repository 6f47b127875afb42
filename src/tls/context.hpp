// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "tls/options.hpp"

struct ssl_ctx_st;

namespace oneshot::tls {

/// What is wrong with the options, and with which of them: "key", "certificate", "client_ca", "cipher_suites" ...
struct ContextError {
  std::string option;
  std::string text;
};

/// What all connections of a server have in common: certificate, key, and the rules about both sides. It does not
/// change any more, so every thread may use it; where files have changed, another one is made, and connections that
/// have begun go on with theirs.
class Context {
 public:
  /// The largest record that goes out, in bytes of plaintext. Clients in Go read as much at once as their buffer holds,
  /// which grows to two and a half times the largest record: with OpenSSL's 16 KiB they were seen to read 40,960 bytes
  /// ahead, so that a Prometheus that gave up looked as if it had read all of a batch. With 4 KiB they read 9,472.
  static constexpr unsigned largest_record = 4096;

  static Result<std::shared_ptr<const Context>, ContextError> make(const Options& options);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  /// Whose the certificate is, as people write it: "CN=metrics.example".
  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }
  /// When the certificate ends, in Unix seconds.
  [[nodiscard]] std::int64_t expires_unix_seconds() const noexcept { return expires_; }
  /// Whether a client that shows a certificate gets in only with one that was verified.
  [[nodiscard]] bool verifies_clients() const noexcept { return verifies(options_->client_auth); }
  /// For Engine.
  [[nodiscard]] ssl_ctx_st* get() const noexcept { return context_; }

 private:
  Context(ssl_ctx_st* context, std::unique_ptr<const Options> options, std::string subject,
          std::int64_t expires) noexcept;

  ssl_ctx_st* context_;
  std::unique_ptr<const Options> options_;  // for the check of clients' certificates
  std::string subject_;
  std::int64_t expires_;
};

}  // namespace oneshot::tls
