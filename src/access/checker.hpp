// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <variant>

#include "access/client.hpp"
#include "access/directory.hpp"
#include "access/password_thread.hpp"
#include "access/verdict_cache.hpp"
#include "crypto/sha256.hpp"
#include "http/request.hpp"

namespace oneshot::access {

/// Says who a request is: by its header Authorization, and where there is none by the certificate of its connection, or
/// by the user at a Unix socket.
/// For one worker's thread.
class Checker {
 public:
  /// `secret` is that of the PasswordThread, and lives as long.
  explicit Checker(const crypto::Digest& secret) noexcept : secret_(secret) {}

  /// A password that has to be checked, and whose it is then: null for nobody's.
  struct Undecided {
    PasswordQuestion question;  ///< without its peer
    const Client* client;
  };
  /// The client, which may be the anonymous one; null: the credentials are wrong. Of the directory.
  using Found = std::variant<const Client*, Undecided>;

  [[nodiscard]] Found find(const Directory& directory, const http::Request& request);
  /// The answer to a question about this directory; it counts until forget().
  void remember(const crypto::Digest& key, const Client* client) { verdicts_.put(key, client); }
  /// Another directory comes.
  void forget() noexcept { verdicts_.clear(); }

 private:
  [[nodiscard]] Found find_basic(const Directory& directory, std::string_view header, std::string_view rest);

  const crypto::Digest& secret_;
  crypto::Sha256 hash_;
  VerdictCache verdicts_;
};

}  // namespace oneshot::access
