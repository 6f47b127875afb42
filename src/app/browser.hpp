// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace oneshot::app {

/// What a web page can have a browser send here without its user knowing: an <img> that scrapes, a form that posts.
///
/// Sec-Fetch-Site says where a request comes from (https://www.w3.org/TR/fetch-metadata/), but browsers write it only
/// to servers with TLS and to this machine. To all others they write Origin with a POST, and nothing with a GET.

/// A page of another site had the browser send the request; or the browser sends it in advance of its user.
[[nodiscard]] bool is_from_other_site(const http::Request& request) noexcept;
/// A browser sent it, or somebody whom a page of HTML would please: a person who looks, and no scraper. Whether the
/// user asked for it does not matter: nobody takes a scraper's events by opening a link.
[[nodiscard]] bool is_view_of_browser(const http::Request& request) noexcept;
/// Accept names text/html, which a scraper and curl do not.
[[nodiscard]] bool wants_html(const http::Request& request) noexcept;

/// Whether the Host header names one of these hosts, whatever the port; with no hosts at all each is right. A page
/// whose own name leads to this machine for a moment (DNS rebinding) is of the same site, but names itself.
[[nodiscard]] bool is_allowed_host(const http::Request& request, const std::vector<std::string>& hosts) noexcept;
/// The host of a Host header, without its port: "h" of "h:80", "::1" of "[::1]".
[[nodiscard]] std::string_view host_of(std::string_view authority) noexcept;

}  // namespace oneshot::app
