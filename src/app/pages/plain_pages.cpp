// SPDX-License-Identifier: MIT
#include "app/pages/plain_pages.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "app/browser.hpp"
#include "app/not_ready.hpp"
#include "app/ui/get_asset.hpp"
#include "base/version.hpp"

namespace oneshot::app {
namespace {

constexpr std::size_t longest_host = 255;  // of a DNS name; what is longer is not worth repeating

constexpr bool is_host_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == ':' ||
         c == '-' || c == '_' || c == '[' || c == ']';
}

/// The host as this client knows us, if it can stand in a shell command as it is.
std::string host_for_example(const http::Request& request, std::uint16_t port) {
  const std::string_view host = request.header("Host");
  if (!host.empty() && host.size() <= longest_host && std::all_of(host.begin(), host.end(), is_host_char))
    return std::string(host);
  return "localhost:" + std::to_string(port);
}

std::string welcome(const std::string& address) {
  std::string text = "Welcome to oneshot-metrics-server ";
  text += version();
  text += ": every scraper gets every event exactly once.\n\n";
  text +=
      "POST /event?label=value&...       takes in an event; value=42.5 sets its value\n"
      "POST /events                      takes in many: lines of JSON, or a list\n"
      "POST /hook/NAME                   takes in what another program sends as JSON ([webhooks.NAME])\n"
      "GET  /metrics                     own metrics, then the events that wait for you (taken)\n"
      "GET  /metrics?scraper=NAME        the same for a scraper known by name instead of address\n"
      "GET  /metrics?peek=1              the same view without taking anything\n"
      "GET  /metrics?events=0            own metrics alone\n"
      "GET  /ui/                         the page for browsers: events, scrapers, what was refused\n"
      "GET  /api/v1/status               the same as JSON; see /api/v1/openapi.yaml\n"
      "GET  /healthz, /-/healthy         OK while the process lives\n"
      "GET  /readyz, /-/ready            OK while it can do its work\n\n"
      "Try it:\n";
  text += "  curl -X POST '" + address + "/event?type=deploy&service=checkout'\n";
  text += "  curl " + address + "/event -d type=deploy --data-urlencode 'version=1.2.3+build & more'\n";
  text += "  curl '" + address + "/metrics?scraper=try'\n";
  return text;
}

}  // namespace

http::Answer get_welcome(Context& context, const http::Request& request, delivery::Waiting&) {
  constexpr std::string_view vary = "Vary: Accept\r\n";
  if (wants_html(request)) {
    http::Reply page = lead_to("ui/");
    page.extra_headers += vary;
    return page;
  }
  const std::string host = host_for_example(request, context.services.port);
  http::Reply reply(200, welcome((request.secure ? "https://" : "http://") + host));
  reply.extra_headers = vary;
  return reply;
}

http::Answer get_health(Context&, const http::Request&, delivery::Waiting&) { return http::Reply(200, "OK"); }

http::Answer get_readiness(Context& context, const http::Request&, delivery::Waiting&) {
  std::string reasons;
  for (const std::string& reason : reasons_not_ready(context.services)) reasons.append(reason).append("\n");
  if (!reasons.empty()) return http::Reply(503, std::move(reasons));
  return http::Reply(200, "OK");
}

}  // namespace oneshot::app
