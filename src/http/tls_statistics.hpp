// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace oneshot::http {

/// What the program's own metrics say about TLS. Any thread; each number stands alone.
struct TlsStatistics {
  std::atomic<std::int64_t> connections{0};         ///< that are encrypted, those in their handshake included
  std::atomic<std::uint64_t> handshake_errors{0};   ///< connections whose handshake failed, or that spoke no TLS
  std::atomic<std::int64_t> certificate_expiry{0};  ///< when the server's own ends, in Unix seconds; 0: there is none
  std::atomic<bool> web_config_good{true};          ///< the last reading of server.web_config_file succeeded
};

}  // namespace oneshot::http
