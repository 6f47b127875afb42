// SPDX-License-Identifier: MIT
#include "settings/key/checks.hpp"

#include <algorithm>
#include <cstddef>

#include "base/address.hpp"
#include "base/byte_set.hpp"
#include "base/host_name.hpp"
#include "base/host_port.hpp"
#include "base/text.hpp"
#include "base/unix_path.hpp"
#include "base/url.hpp"
#include "cluster/options.hpp"
#include "http/grammar.hpp"

namespace oneshot::settings {
namespace {

/// What the server appends to a URL of a scraper's API itself.
constexpr std::string_view api_path = "/api/v1";

bool consists_of(std::string_view text, std::string_view others) noexcept {
  return std::all_of(text.begin(), text.end(), [others](char c) {
    return is_letter(c) || is_digit(c) || others.find(c) != std::string_view::npos;
  });
}

Result<void, std::string> check_unix_path(std::string_view path) {
  if (path.starts_with('/') && path.size() > 1 && path.size() <= longest_unix_path &&
      path.find('\0') == std::string_view::npos)
    return {};
  return Unexpected{
      "must be a whole path of at most 107 bytes behind \"unix:\", such as "
      "\"unix:/run/oneshot-metrics-server/post.sock\""};
}

}  // namespace

Result<void, std::string> check_host(std::string_view host) {
  const bool is_literal = host.find(':') != std::string_view::npos;  // no name has a colon
  const bool good = is_literal ? Address::parse(host).has_value() : consists_of(host, ".%_-");
  if (!host.empty() && host.size() <= longest_host && good) return {};
  return Unexpected{"must be an IP address such as \"::\" or \"127.0.0.1\", or a host name, without a port"};
}

Result<void, std::string> check_metric(std::string_view metric) {
  constexpr std::size_t longest = 200;
  if (metric.empty() || metric.size() > longest || !consists_of(metric, "_:") || is_digit(metric.front())) {
    return Unexpected{"must be a metric name: 1 to 200 letters, digits, _ and :, the first one no digit"};
  }
  if (metric == "events_to_metrics_event_count" || metric == "events_to_metrics_scraper_counts" ||
      metric.starts_with("oneshot_") || metric.starts_with("process_")) {
    return Unexpected{
        "must not be one of the server's own metrics: events_to_metrics_event_count, "
        "events_to_metrics_scraper_counts, oneshot_* and process_*"};
  }
  return {};
}

Result<void, std::string> check_named_metric(std::string_view metric) {
  if (auto good = check_metric(metric); !good) return good;
  for (const std::string_view suffix : {"_total", "_count", "_sum", "_bucket", "_created", "_info"}) {
    if (metric.ends_with(suffix))
      return Unexpected{"must not end in _total, _count, _sum, _bucket, _created or _info, which mean something else"};
  }
  return {};
}

Result<void, std::string> check_help(std::string_view text) {
  constexpr std::size_t longest = 1000;
  const bool one_line = std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; });
  if (text.size() <= longest && one_line) return {};
  return Unexpected{"must be one line of at most 1000 bytes"};
}

Result<std::string> take_counter_label(const std::string& name, const std::vector<std::string>& so_far) {
  constexpr std::size_t longest = 200;
  constexpr std::size_t most = 8;
  if (name.empty() || name.size() > longest || !consists_of(name, "_") || is_digit(name.front()) ||
      name.starts_with("__")) {
    return Unexpected{"must be a label name: letters, digits and _, the first one no digit, not beginning with __"};
  }
  if (std::find(so_far.begin(), so_far.end(), name) != so_far.end()) {
    return Unexpected{"every label must be there only once"};
  }
  if (so_far.size() == most) return Unexpected{"there may be 8 labels at most"};
  return name;
}

Result<void, std::string> check_path(std::string_view path) {
  if (path.find('\0') == std::string_view::npos) return {};
  return Unexpected{"must be a file name without zero bytes, or empty"};
}

Result<void, std::string> check_header_name(std::string_view name) {
  if (!name.empty() && http::token_bytes.has_all_of(name)) return {};
  return Unexpected{"must be the name of a header, such as X-Forwarded-For"};
}

Result<void, std::string> check_address(std::string_view address) {
  if (const auto path = unix_path(address)) return check_unix_path(*path);
  const Result<HostPort> parsed = HostPort::parse(address);
  if (!parsed) return Unexpected{parsed.error() + ", or a Unix socket: \"unix:/run/oneshot-metrics-server/post.sock\""};
  return {};
}

Result<void, std::string> check_mode(std::string_view mode) {
  const bool octal = std::ranges::all_of(mode, [](char c) { return c >= '0' && c <= '7'; });
  if (mode.empty() || (octal && mode.size() == 4 && mode.front() == '0')) return {};
  return Unexpected{"must be the rights of a file in four octal digits, such as \"0660\" or \"0666\""};
}

Result<void, std::string> check_group(std::string_view name) {
  constexpr std::size_t longest = 32;
  if (name.empty() || (name.size() <= longest && consists_of(name, "_.-$"))) return {};
  return Unexpected{"must be the name of a group, such as \"adm\""};
}

Result<void, std::string> check_label_name(std::string_view name) {
  if (!name.empty() && consists_of(name, "_") && !is_digit(name.front()) && !name.starts_with("__")) return {};
  return Unexpected{"a label's name must be letters, digits and _, the first one no digit, and not begin with __"};
}

Result<void, std::string> check_title(std::string_view title) {
  constexpr std::size_t longest = 64;
  if (!title.empty() && title.size() <= longest && consists_of(title, "_.-")) return {};
  return Unexpected{"must be 1 to 64 letters, digits, _ . and -"};
}

Result<void, std::string> check_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  if (url.substr(host, path - host).find('@') != std::string_view::npos)
    return Unexpected{
        "must have no name or password in the URL: write it into header_file, as Authorization: Basic ..."};
  if (const std::size_t api = url.find(api_path, path); api != std::string_view::npos)
    return Unexpected{"must be the URL without " + printable(url.substr(api)) + ": write " +
                      quoted(url.substr(0, api))};
  const Result<Url> parsed = Url::parse(url);
  if (!parsed) return Unexpected{parsed.error()};
  return {};
}

Result<void, std::string> check_scraper_name(std::string_view name) {
  constexpr std::size_t longest = 128;
  if (!name.empty() && name.size() <= longest && consists_of(name, "_.:-")) return {};
  return Unexpected{"a scraper's name must be 1 to 128 letters, digits, _ . : and -"};
}

Result<void, std::string> check_subject_part(std::string_view name) {
  if (cluster::Options::name_bytes.has_all_of(name) && name.size() <= cluster::Options::longest_name) return {};
  return Unexpected{"must be at most 64 letters, digits, - and _, such as oneshot-a"};
}

Result<void, std::string> check_engine_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("nats://") ? 7 : url.starts_with("tls://") ? 6 : 0;
  const bool has_scheme = scheme > 0;
  const std::string_view rest = url.substr(scheme);
  if (url.find('@') != std::string_view::npos)
    return Unexpected{
        "must have no name or password in the URL: write user and password_file, or credentials_file, into [cluster]"};
  if (has_scheme && HostPort::parse(rest)) return {};
  return Unexpected{"must be nats://HOST:PORT or tls://HOST:PORT, such as nats://n1.example:4222"};
}

}  // namespace oneshot::settings
