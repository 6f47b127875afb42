// SPDX-License-Identifier: MIT
#include "app/ui/get_asset.hpp"

#include <algorithm>
#include <string>

#include "app/ui/assets.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

// Whatever gets into the page of what a sender wrote: no script and no style runs but these files, nothing is asked or
// sent elsewhere, and no other page shows this one.
constexpr std::string_view page_headers =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "
    "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

/// RFC 9110 13.1.2: a list of tags, or `*`, which no browser sends for a GET. W/ does not count (8.8.3.2).
bool has_it_already(const http::Request& request, const Asset& asset) noexcept {
  return request.header("If-None-Match").find(asset.etag) != std::string_view::npos;
}

http::Reply serve(const http::Request& request, std::string_view name) {
  const auto found = std::ranges::find(assets(), name, &Asset::name);
  if (found == assets().end()) return http::Reply(404, "the page has no file " + quoted(name) + '\n');
  http::Reply reply(has_it_already(request, *found) ? 304 : 200);
  if (reply.status == 200) reply.body = found->body;
  reply.content_type = found->content_type;
  reply.extra_headers.append("ETag: ").append(found->etag).append("\r\nCache-Control: no-cache\r\n");
  reply.extra_headers += page_headers;
  return reply;
}

}  // namespace

http::Reply lead_to(std::string_view where) {
  http::Reply reply(302);
  reply.extra_headers.append("Location: ").append(where).append("\r\n");
  return reply;
}

http::Answer get_page(Context&, const http::Request& request, delivery::Waiting&) {
  if (request.path == ui_path)
    return request.spelling == http::Spelling::slashes ? serve(request, "index.html") : lead_to("ui/");
  return serve(request, request.path.substr(ui_path.size() + 1));
}

http::Answer get_openapi(Context&, const http::Request& request, delivery::Waiting&) {
  return serve(request, "openapi.yaml");
}

}  // namespace oneshot::app
