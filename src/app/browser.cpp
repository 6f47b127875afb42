// SPDX-License-Identifier: MIT
#include "app/browser.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"
#include "http/coding/accept.hpp"

namespace oneshot::app {
namespace {

bool is_prefetch(const http::Request& request) noexcept {
  static constexpr std::array names = {std::string_view("Sec-Purpose"), std::string_view("Purpose"),
                                       std::string_view("X-Moz")};
  return std::ranges::any_of(names, [&](std::string_view n) { return request.header(n).starts_with("prefetch"); });
}

/// Behind a proxy the Host header may be the proxy's own word. No page can write the other one: for a header that is
/// not of the Fetch standard's short list a browser asks before, by OPTIONS, and gets no leave.
bool is_own_host(const http::Request& request, std::string_view host) noexcept {
  return equals_ignoring_case(host, request.header("Host")) ||
         equals_ignoring_case(host, request.header("X-Forwarded-Host"));
}

bool is_foreign_origin(const http::Request& request) noexcept {
  const std::string_view origin = request.header("Origin");
  if (origin.data() == nullptr) return false;
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos || !is_own_host(request, origin.substr(scheme + 3));  // "null" has none
}

/// One of the headers that is_from_other_site() goes by.
bool is_of_browser(const http::Header& header) noexcept {
  switch (header.name.size()) {
    case 5:
      return equals_ignoring_case(header.name, "X-Moz");
    case 6:
      return equals_ignoring_case(header.name, "Origin");
    case 7:
      return equals_ignoring_case(header.name, "Purpose");
    case 11:
      return equals_ignoring_case(header.name, "Sec-Purpose");
    case 14:
      return equals_ignoring_case(header.name, "Sec-Fetch-Site");
    default:
      return false;
  }
}

}  // namespace

bool is_from_other_site(const http::Request& request) noexcept {
  // No program that posts events sends any: it is done with one look at each header.
  if (std::ranges::none_of(request.headers, is_of_browser)) return false;
  const std::string_view site = request.header("Sec-Fetch-Site");
  if (site.data() == nullptr) return is_foreign_origin(request) || is_prefetch(request);
  return (site != "none" && site != "same-origin") || is_prefetch(request);
}

bool wants_html(const http::Request& request) noexcept {
  return http::AcceptList(request.headers, "Accept").takes("text/html");
}

bool is_view_of_browser(const http::Request& request) noexcept {
  return request.header("Sec-Fetch-Site").data() != nullptr || request.header("User-Agent").starts_with("Mozilla/") ||
         is_from_other_site(request) || wants_html(request);
}

std::string_view host_of(std::string_view authority) noexcept {
  if (authority.starts_with('[')) return authority.substr(1, std::min(authority.find(']'), authority.size()) - 1);
  return authority.substr(0, authority.find(':'));
}

bool is_allowed_host(const http::Request& request, const std::vector<std::string>& hosts) noexcept {
  if (hosts.empty()) return true;
  const std::string_view host = host_of(request.header("Host"));
  return std::ranges::any_of(hosts, [host](const std::string& one) { return equals_ignoring_case(host, one); });
}

}  // namespace oneshot::app
