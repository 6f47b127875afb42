// SPDX-License-Identifier: MIT
#include "app/scrape/scraper_identity.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "app/moment.hpp"
#include "base/nearest.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

constexpr std::size_t max_name = 128;

constexpr bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
         c == ':' || c == '-';
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  if (!append_percent_decoded(out, text, true)) return std::nullopt;
  return out;
}

/// The part before the first `separator`, which is taken away together with it.
std::string_view take_part(std::string_view& text, char separator) noexcept {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

Result<void> check_name(std::string_view name) {
  const std::string shown = "scraper name \"" + printable(name) + "\" ";
  if (name.empty() || name.size() > max_name) return Unexpected{shown + "must have 1 to 128 characters"};
  if (!std::all_of(name.begin(), name.end(), is_name_char))
    return Unexpected{shown + "may hold only letters, digits and _ . : -"};
  return {};
}

Result<void> check_flag(std::string_view name, const std::optional<std::string>& value) {
  if (!value || *value == "0" || *value == "1") return {};
  return Unexpected{std::string(name) + " \"" + printable(*value) + "\" must be 0 or 1"};
}

/// The parameters of a query as they were given, decoded.
struct Given {
  std::optional<std::string> scraper{};
  std::optional<std::string> peek{};
  std::optional<std::string> events{};
  std::optional<std::string> since{};

  /// Null: there is no such parameter.
  std::optional<std::string>* find(std::string_view name) noexcept {
    if (name == "scraper") return &scraper;
    if (name == "peek") return &peek;
    if (name == "events") return &events;
    return name == "since" ? &since : nullptr;
  }
  [[nodiscard]] Result<void> check() const {
    if (scraper)
      if (auto good = check_name(*scraper); !good) return good;
    if (auto good = check_flag("peek", peek); !good) return good;
    if (auto good = check_flag("events", events); !good) return good;
    if (!since) return {};
    const Result<std::int64_t> moment = parse_moment("since", *since, 0);
    if (!moment) return Unexpected{moment.error()};
    return {};
  }
};

std::string unknown_parameter(std::string_view name) {
  std::string message = "unknown parameter \"" + printable(name) + "\" (there are scraper, since, peek and events)";
  const std::string_view meant = nearest(name, {"scraper", "since", "peek", "events"});
  if (!meant.empty()) message.append("; did you mean \"").append(meant).append("\"?");
  return message;
}

bool is_in(const std::vector<Network>& networks, const Address& address) noexcept {
  return std::any_of(networks.begin(), networks.end(), [&](const Network& n) { return n.contains(address); });
}

/// One entry of X-Forwarded-For: an address, which some proxies write with a port ("1.2.3.4:80", "[::1]:80").
std::optional<Address> parse_entry(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    return Address::parse(text.substr(1, close - 1));
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos)
    text = text.substr(0, colon);  // a single colon: IPv6 has two at least
  return Address::parse(text);
}

bool allows_all(const Options& options) {
  static const std::vector<Network> everybody = networks({"0.0.0.0/0", "::/0"});
  return std::ranges::all_of(everybody, [&](const Network& n) { return std::ranges::count(options.allow, n) != 0; });
}

/// All entries of all lines of the header, left to right: several lines are one list (RFC 9110 section 5.3), and empty
/// elements of a list do not count (section 5.6.1). A header that names one address is a list of one.
std::vector<std::string_view> entries_of(const http::Request& request, std::string_view name) {
  std::vector<std::string_view> entries;
  for (const http::Header& header : request.headers) {
    if (!equals_ignoring_case(header.name, name)) continue;
    for (std::string_view rest = header.value; !rest.empty();)
      if (const std::string_view entry = trim_blanks(take_part(rest, ',')); !entry.empty()) entries.push_back(entry);
  }
  return entries;
}

Origin walk(const std::vector<std::string_view>& entries, const Address& peer, const Options& options) {
  Origin origin{.address = peer, .by_proxy = true, .unreadable = entries.empty()};
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const std::optional<Address> address = parse_entry(*entry);
    origin.unreadable = !address;
    if (!address) break;
    origin.address = *address;
    if (!is_in(options.trusted_proxies, origin.address)) break;
  }
  return origin;
}

bool has(const http::Request& request, std::string_view name) noexcept {
  return request.header(name).data() != nullptr;
}

bool has_any_forwarding_header(const http::Request& request) noexcept {
  return has(request, "X-Forwarded-For") || has(request, "X-Real-Ip") || has(request, "Forwarded");
}

}  // namespace

Result<MetricsQuery> parse_metrics_query(std::string_view query) {
  Given given;
  while (!query.empty()) {
    std::string_view value = take_part(query, '&');
    if (value.empty()) continue;
    const std::string_view encoded_name = take_part(value, '=');
    const std::optional<std::string> name = decoded(encoded_name);
    std::optional<std::string>* const target = name ? given.find(*name) : nullptr;
    if (target == nullptr) return Unexpected{unknown_parameter(name ? std::string_view(*name) : encoded_name)};
    if (*target) return Unexpected{"parameter " + *name + " is given twice"};
    *target = decoded(value);
    if (!*target)
      return Unexpected{"parameter " + *name + ": \"" + printable(value) + "\" is not percent-encoded text"};
  }
  if (auto good = given.check(); !good) return Unexpected{std::move(good.error())};
  MetricsQuery result;
  result.scraper = std::move(given.scraper).value_or("");
  result.peek = given.peek == "1";
  result.events = given.events != "0";
  result.since = std::move(given.since).value_or("");
  return result;
}

Origin find_origin(const http::Request& request, const Options& options) {
  using enum Origin::Ignored;
  const bool believed = has(request, options.forwarded_header);
  if (!believed && !has_any_forwarding_header(request)) return {.address = request.peer};
  if (!is_in(options.trusted_proxies, request.peer))
    return {.address = request.peer, .ignored = from_stranger, .by_proxy = true};
  if (!believed) return {.address = request.peer, .ignored = other_header, .by_proxy = true};
  return walk(entries_of(request, options.forwarded_header), request.peer, options);
}

ScraperIdentity identify(const MetricsQuery& query, const Address& origin) {
  if (!query.scraper.empty()) return ScraperIdentity{query.scraper, true};
  return ScraperIdentity{origin.text(), false};
}

Result<void> may_scrape(const Origin& origin, const Options& options) {
  if (origin.address.user()) return {};  // the socket's file says who may come
  if (!is_in(options.allow, origin.address))
    return Unexpected{origin.address.text() + " may not scrape (scrapers.allow)"};
  if (!origin.unreadable || allows_all(options)) return {};
  return Unexpected{"who scrapes is not known: " + options.forwarded_header +
                    " must be a list of IP addresses (scrapers.forwarded_header, scrapers.allow)"};
}

}  // namespace oneshot::app
