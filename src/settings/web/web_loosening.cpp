// SPDX-License-Identifier: MIT
#include "settings/web/web_loosening.hpp"

namespace oneshot::settings {
namespace {

/// How much a client has to show. What is asked for and not verified keeps nobody out who wants in.
int strictness(tls::ClientAuth auth) noexcept {
  switch (auth) {
    case tls::ClientAuth::none:
    case tls::ClientAuth::request:
      return 0;
    case tls::ClientAuth::require_any:
      return 1;
    case tls::ClientAuth::verify_if_given:
      return 2;
    case tls::ClientAuth::require_and_verify:
      return 3;
  }
  return 0;
}

}  // namespace

std::optional<std::string> what_loosens(const WebConfig& in_use, const WebConfig& read) {
  if (in_use.has_tls && !read.has_tls) return "tls_server_config is gone, which would be plain HTTP";
  if (!in_use.users.empty() && read.users.empty()) return "basic_auth_users is gone, which would ask nobody who it is";
  if (!in_use.has_tls) return std::nullopt;
  if (strictness(read.tls.client_auth) < strictness(in_use.tls.client_auth))
    return "client_auth_type asks for less of a client's certificate";
  if (!in_use.tls.client_allowed_sans.empty() && read.tls.client_allowed_sans.empty())
    return "client_allowed_sans is gone, which would let in every client of the authority";
  return std::nullopt;
}

}  // namespace oneshot::settings
