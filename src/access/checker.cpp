// SPDX-License-Identifier: MIT
#include "access/checker.hpp"

#include <optional>
#include <string>
#include <utility>

#include "access/credentials.hpp"
#include "base/text.hpp"

namespace oneshot::access {
namespace {

constexpr std::string_view header_name = "Authorization";
const Client* const wrong = nullptr;

/// A certificate that is nobody's is no wrong one: it may be there for client_auth_type alone.
const Client* by_connection(const Directory& directory, const http::Request& request) noexcept {
  const Client* client = directory.find_certificate(request.peer_names);
  if (const auto uid = request.peer.user(); client == nullptr && uid) client = directory.find_user(*uid);
  return client == nullptr ? &directory.anonymous() : client;
}

}  // namespace

Checker::Found Checker::find(const Directory& directory, const http::Request& request) {
  const http::Header* header = nullptr;
  for (const http::Header& one : request.headers) {
    if (!equals_ignoring_case(one.name, header_name)) continue;
    if (header != nullptr) return wrong;  // two that may differ: nobody knows which one counts elsewhere
    header = &one;
  }
  if (header == nullptr) return by_connection(directory, request);
  const Authorization shown = split_authorization(header->value);
  if (equals_ignoring_case(shown.scheme, "Bearer"))
    return is_token(shown.rest) ? directory.find_token(hash_.add(shown.rest).finish()) : wrong;
  if (equals_ignoring_case(shown.scheme, "Basic") && directory.has_passwords())
    return find_basic(directory, header->value, shown.rest);
  return wrong;
}

Checker::Found Checker::find_basic(const Directory& directory, std::string_view header, std::string_view rest) {
  const crypto::Digest key = hash_.add(secret_.view()).add(header).finish();
  if (const std::optional<const Client*> known = verdicts_.find(key)) return *known;
  std::optional<UserAndPassword> read = read_basic(rest);
  if (!read) return wrong;
  const Directory::Password password = directory.find_password(read->user);
  Undecided undecided{{key, std::move(read->password), *password.hash}, password.client};
  wipe(read->password);
  return undecided;
}

}  // namespace oneshot::access
