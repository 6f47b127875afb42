// SPDX-License-Identifier: MIT
#include "ingest/hooks/signature.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "crypto/hex.hpp"
#include "crypto/sha256.hpp"
#include "ingest/hooks/reference.hpp"

namespace oneshot::ingest {
namespace {

constexpr std::string_view hmac_prefix = "hmac-sha256:";
constexpr std::string_view token_prefix = "token:";
constexpr std::string_view digest_prefix = "sha256=";
constexpr std::string_view bearer_prefix = "Bearer ";

bool is_hmac(std::string_view value, std::string_view body, std::string_view secret) {
  if (value.starts_with(digest_prefix)) value.remove_prefix(digest_prefix.size());
  const std::optional<std::string> sent = crypto::from_hex(value);
  return sent && crypto::equal(*sent, crypto::hmac_sha256(secret, body).view());
}

bool is_token(std::string_view header, std::string_view value, std::string_view secret) {
  if (equals_ignoring_case(header, "Authorization")) {
    if (!equals_ignoring_case(value.substr(0, bearer_prefix.size()), bearer_prefix)) return false;
    value = trim_blanks(value.substr(bearer_prefix.size()));
  }
  return crypto::equal(value, secret);
}

}  // namespace

Result<Signature> Signature::parse(std::string_view text) {
  Signature made;
  if (text.empty()) return made;
  if (text.starts_with(hmac_prefix)) {
    made.kind_ = Kind::hmac_sha256;
    made.header_ = text.substr(hmac_prefix.size());
  } else if (text.starts_with(token_prefix)) {
    made.kind_ = Kind::token;
    made.header_ = text.substr(token_prefix.size());
  } else {
    return Unexpected{"must be \"hmac-sha256:HEADER\", \"token:HEADER\" or \"\" for none"};
  }
  auto header = parse_reference("header:" + made.header_);
  if (!header) return Unexpected{std::move(header.error())};
  return made;
}

bool Signature::matches(std::string_view value, std::string_view body, std::string_view secret) const {
  return kind_ == Kind::hmac_sha256 ? is_hmac(value, body, secret) : is_token(header_, value, secret);
}

Signature::Verdict Signature::check(std::span<const http::Header> headers, std::string_view body,
                                    std::string_view secret) const {
  if (!required()) return Verdict::right;
  const http::Header* found = nullptr;
  for (const http::Header& header : headers) {
    if (!equals_ignoring_case(header.name, header_)) continue;
    if (found != nullptr) return Verdict::wrong;
    found = &header;
  }
  if (found == nullptr || found->value.empty()) return Verdict::missing;
  return matches(found->value, body, secret) ? Verdict::right : Verdict::wrong;
}

}  // namespace oneshot::ingest
