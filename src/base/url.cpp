// SPDX-License-Identifier: MIT
#include "base/url.hpp"

#include <algorithm>
#include <optional>

#include "base/host_name.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot {
namespace {

constexpr std::string_view shape = "must be a URL such as \"http://prometheus:9090\" or \"http://host:9090/prefix\"";

bool is_literal_byte(char c) noexcept { return is_host_byte(c) || c == ':' || c == '%'; }
// Nothing that would end the request line, begin a query, or have to be written otherwise there.
bool is_path_byte(char c) noexcept {
  return c > ' ' && c < '\x7F' && std::string_view("?#\"<>\\^`{|}").find(c) == std::string_view::npos;
}

bool take_scheme(std::string_view& text, std::string_view scheme) noexcept {
  if (text.size() < scheme.size() || !equals_ignoring_case(text.substr(0, scheme.size()), scheme)) return false;
  text.remove_prefix(scheme.size());
  return true;
}

/// The host, taken off the front of the text; nothing where there is none.
std::optional<std::string> take_host(std::string_view& text) {
  const bool literal = text.starts_with('[');
  const std::size_t end = literal ? text.find(']') : std::min(text.find_first_of(":/"), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(literal ? 1 : 0, literal ? end - 1 : end);
  if (host.empty() || host.size() > longest_host ||
      !std::ranges::all_of(host, literal ? is_literal_byte : is_host_byte))
    return std::nullopt;
  text.remove_prefix(literal ? end + 1 : end);
  return std::string(host);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (take_scheme(text, "https://"))
    return Unexpected{
        std::string("must begin with http://: this server does not speak TLS to others yet; name a "
                    "plain-text port of the same machine or network, or a local proxy that adds TLS")};
  if (!take_scheme(text, "http://")) return Unexpected{std::string(shape)};
  Url url;
  std::optional<std::string> host = take_host(text);
  if (!host) return Unexpected{std::string(shape)};
  url.host = *std::move(host);
  if (text.starts_with(':')) {
    const std::size_t end = std::min(text.find('/'), text.size());
    const std::optional<std::uint64_t> port = parse_whole_number(text.substr(1, end - 1));
    if (!port || *port == 0 || *port > 65535) return Unexpected{std::string("must have a port from 1 to 65535")};
    url.port = static_cast<std::uint16_t>(*port);
    text.remove_prefix(end);
  }
  if (!std::ranges::all_of(text, is_path_byte) || (!text.empty() && text.front() != '/'))
    return Unexpected{std::string(shape) + ", without a query or a fragment"};
  while (text.ends_with('/')) text.remove_suffix(1);
  url.prefix = text;
  return url;
}

/// Hides too much rather than too little: a password may have an @ or a slash in it.
std::string without_user(std::string_view text) {
  const std::size_t end = text.rfind('@');
  if (end == std::string_view::npos) return std::string(text);
  const std::size_t scheme = text.find("://");
  const bool has_scheme = scheme < end;
  if (!has_scheme && text.find(':') > end) return std::string(text);
  return std::string(text.substr(0, has_scheme ? scheme + 3 : 0)) + "***" + std::string(text.substr(end));
}

std::string Url::authority() const {
  const bool literal = host.find(':') != std::string::npos;
  std::string text = literal ? '[' + host + ']' : host;
  if (port != 80) text += ':' + std::to_string(port);
  return text;
}

}  // namespace oneshot
