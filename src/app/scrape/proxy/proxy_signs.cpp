// SPDX-License-Identifier: MIT
#include "app/scrape/proxy/proxy_signs.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "http/headers.hpp"

namespace oneshot::app {
namespace {

// Programs by the first word of User-Agent, all of which write `Host` and `User-Agent` with capitals over HTTP/1.1. The
// first line is of Go programs that scrape, the second of what people scrape with by hand.
constexpr std::array<std::string_view, 9> with_capitals = {
    "Prometheus", "vm_promscrape", "VictoriaMetrics", "vmagent",       "Go-http-client",
    "curl",       "Wget",          "python-requests", "Python-urllib",
};
constexpr std::array<std::string_view, 2> of_proxies = {"Via", "X-Varnish"};
constexpr std::array<std::string_view, 3> naming_the_scraper = {"Forwarded", "X-Forwarded-For", "X-Real-Ip"};

/// The first of these headers that is there, as it can be shown; or nothing.
std::string find(const http::Request& request, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const std::string_view value = request.header(name);
    if (value.data() != nullptr) return std::string(name) + ": " + printable(value);
  }
  return {};
}

std::string_view product(std::string_view user_agent) noexcept {
  return user_agent.substr(0, user_agent.find_first_of("/ "));
}

bool has_capital(std::string_view name) noexcept {
  return std::ranges::any_of(name, [](char c) { return to_lower(c) != c; });
}

}  // namespace

ProxySigns find_proxy_signs(const http::Request& request) {
  using enum ProxySigns::Proxy;
  const bool closes = http::list_has(request.header("Connection"), "close");
  if (std::string sign = find(request, of_proxies); !sign.empty())
    return {.proxy = certain, .closes = closes, .set_up = false, .sign = std::move(sign)};
  if (std::string sign = find(request, naming_the_scraper); !sign.empty())
    return {.proxy = certain, .closes = closes, .set_up = true, .sign = std::move(sign)};
  const std::string_view program = product(request.header("User-Agent"));
  const bool known = std::ranges::find(with_capitals, program) != with_capitals.end();
  if (known && std::ranges::none_of(request.headers, [](const http::Header& h) { return has_capital(h.name); }))
    return {.proxy = certain, .closes = closes, .set_up = false, .sign = "header names in lower case"};
  // Prometheus always asks to keep its connection.
  const bool odd = closes && program == "Prometheus";
  return {.proxy = !known || odd ? perhaps : none, .closes = closes, .set_up = false, .sign = {}};
}

}  // namespace oneshot::app
