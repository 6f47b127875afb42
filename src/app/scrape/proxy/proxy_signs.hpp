// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "http/request.hpp"

namespace oneshot::app {

/// Whether a proxy stands between a scraper and the server, as far as a request shows it. A proxy acknowledges for the
/// scraper, and resets connections for reasons of its own, so what a reset means depends on it.
struct ProxySigns {
  enum class Proxy : std::uint8_t {
    none,     ///< a program that writes header names with capitals wrote this one, and asks to keep the connection
    perhaps,  ///< a program that nobody knows here, or one that would not ask to close the connection itself, does ask
    certain,
  };
  Proxy proxy = Proxy::none;
  bool closes = false;  ///< the connection ends with the reply, as the request says
  bool set_up = false;  ///< the sign names the scraper, for which somebody has set the proxy up
  std::string sign;     ///< what makes it certain, as it can be shown: "Via: 1.1 tinyproxy"
};

/// Certain are: a header that proxies add (`Via`, `X-Varnish`, `Forwarded`, `X-Forwarded-For`, `X-Real-Ip`); header
/// names all in lower case from a program that writes capitals, as Go's net/http does (HAProxy writes lower case).
ProxySigns find_proxy_signs(const http::Request& request);

}  // namespace oneshot::app
