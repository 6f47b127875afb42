// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "support/certificates.hpp"

namespace oneshot::test {

/// The client's side of TLS as OpenSSL's own client speaks it, without a socket.
class TlsClient {
 public:
  struct Options {
    const Certificate* certificate = nullptr;  ///< its own
    int max_version = 0;                       ///< 0x0303: TLS 1.2; 0: the library's newest
    std::string protocols = {};                ///< of ALPN, as on the wire: "\x02h2"
    std::string ciphers = {};                  ///< of TLS 1.2
  };
  TlsClient() : TlsClient(Options{}) {}
  explicit TlsClient(const Options& options);
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient();

  /// From the server; goes on with the handshake, and reads.
  void receive(std::string_view wire);
  void write(std::string_view plain);
  /// close_notify
  void close();
  /// New keys in the middle of a connection (TLS 1.3).
  void update_key();
  /// What it sends, since the last call.
  std::string to_send();

  std::string plain;  ///< what the server has said
  bool established = false;
  bool closed = false;  ///< the server has sent close_notify
  bool failed = false;
  std::size_t largest_record = 0;  ///< bytes of plaintext in a record that came
  [[nodiscard]] std::string cipher() const;
  [[nodiscard]] std::string protocol() const;  ///< the server's choice

 private:
  struct Parts;
  void go_on();
  std::unique_ptr<Parts> parts_;
};

}  // namespace oneshot::test
