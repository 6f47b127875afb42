// SPDX-License-Identifier: MIT
#include "app/ingest/reading/plain_body.hpp"

#include <string>
#include <utility>

#include "app/ingest/refusal.hpp"
#include "base/text.hpp"
#include "http/coding/gunzip.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;

constexpr std::size_t kept_bytes = 64 * 1024;

bool is_gzip(std::string_view encoding) noexcept {
  // The other name is an old one (RFC 9110 8.4.1.3).
  return equals_ignoring_case(encoding, "gzip") || equals_ignoring_case(encoding, "x-gzip");
}

Rejection unknown_encoding(std::string_view encoding) {
  return {Reason::bad_content_type,
          "a body with Content-Encoding \"" + printable(encoding) + "\" is not understood: send it plain, or as gzip"};
}

Rejection cannot_unfold(http::GunzipError error, std::size_t limit) {
  if (error == http::GunzipError::too_large)
    return {Reason::too_large, "the body unfolds to more than " + std::to_string(limit) + " bytes"};
  return {error == http::GunzipError::no_memory ? Reason::unable_to_store : Reason::bad_body,
          "the body cannot be read as gzip: " + std::string(words_for(error))};
}

}  // namespace

Result<std::string_view, Rejection> plain_body(Context& context, const http::Request& request,
                                               const PostHeaders& headers, std::size_t limit) {
  if (request.body.empty() || headers.content_encoding.data() == nullptr) return request.body;
  if (!is_gzip(headers.content_encoding)) return Unexpected{unknown_encoding(headers.content_encoding)};
  if (auto unfolded = http::gunzip(context.unfolded, request.body, limit); !unfolded)
    return Unexpected{cannot_unfold(unfolded.error(), limit)};
  return std::string_view(context.unfolded);
}

void let_go_of_body(Context& context) noexcept {
  if (context.unfolded.capacity() > 2 * kept_bytes) std::string().swap(context.unfolded);
}

http::Reply refuse_body(Context& context, const http::Request& request, Rejection rejection) {
  const bool about_type = rejection.reason == Reason::bad_content_type;
  http::Reply reply = refuse(context, request, std::move(rejection));
  if (about_type) reply.extra_headers += "Accept-Encoding: gzip\r\n";
  return reply;
}

}  // namespace oneshot::app
