// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "http/tls_statistics.hpp"
#include "net/stream/wrap_stream.hpp"
#include "settings/settings.hpp"

namespace oneshot::tls {
class Context;
}

namespace oneshot::service {

/// What makes connections encrypted, as the web config and its files say. A value: it does not change any more.
class Encryption {
 public:
  /// Errors name the file and the key: `web.yml: tls_server_config.key_file: does not belong to the certificate`. In a
  /// build without TLS a web config that wants it is an error.
  static Result<Encryption> make(const settings::Settings& settings);

  /// For the server; empty where everything stays plain. `in_use` has the listeners that there are, which a reload does
  /// not change. The statistics outlive all streams.
  [[nodiscard]] net::WrapStream wrap(http::TlsStatistics& statistics, const app::Options& in_use) const;
  /// Whose the certificate is; empty: there is none, or it says that by its alternative names alone.
  [[nodiscard]] std::string subject() const;
  /// When the certificate ends, in Unix seconds; 0: there is none.
  [[nodiscard]] std::int64_t expires_unix_seconds() const noexcept;

 private:
  std::shared_ptr<const tls::Context> context_;  // null: none
};

}  // namespace oneshot::service
