// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/options.hpp"
#include "base/address.hpp"
#include "base/result.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// What a query of /metrics says.
struct MetricsQuery {
  std::string scraper;  ///< the name given, empty for none
  bool peek = false;
  bool events = true;   ///< false: the program's own metrics alone
  std::string since{};  ///< how far back a scraper begins that is new, as parse_moment() reads it; empty: not at all
};

/// Reads `scraper=NAME` ([A-Za-z0-9_.:-]{1,128}) `peek=0|1`, `events=0|1` and `since=1h`. Errors: a bad value, one
/// given twice, broken percent-encoding; any other parameter, since a `scrapper=prom-a` that is passed over makes
/// two scrapers behind one address share their events, and nobody sees it. Scrapers add no parameters of their own:
/// what `params` of the scrape config says is all that comes.
Result<MetricsQuery> parse_metrics_query(std::string_view query);

/// Where a request comes from: the peer, or, behind a trusted proxy, the address that the proxy saw.
struct Origin {
  enum class Ignored : std::uint8_t {
    none,
    from_stranger,  ///< the peer is no trusted proxy
    other_header,   ///< the peer is, but the header is not the one of `forwarded_header`
  };

  Address address;
  Ignored ignored = Ignored::none;  ///< a forwarding header that is there, and why it does not count
  bool by_proxy = false;    ///< there is a forwarding header, whoever sent it: the connection is not the scraper's own
  bool unreadable = false;  ///< a trusted proxy's header says something that is no address
};

/// `options.forwarded_header` decides, and no other: proxies pass on what a client sent in a header that they do not
/// set themselves. It is walked from the right, where the nearest proxy wrote, past trusted proxies; an entry that is
/// no address ends the walk, because whoever wrote it cannot be trusted about what stands further left.
[[nodiscard]] Origin find_origin(const http::Request& request, const Options& options);

/// Who scrapes.
struct ScraperIdentity {
  std::string id;  ///< its name or its address, canonical: what the queue and the metrics know it by
  bool by_name = false;
};

/// The name where one is given, else the address.
ScraperIdentity identify(const MetricsQuery& query, const Address& origin);

/// Whether this origin may scrape, since `options.allow` holds it; or why not. A named scraper is checked by its
/// address too: a name is no proof. What a trusted proxy says in words that are no address is let in only where
/// everybody is: the proxy's own address may be in `allow`, and stands for nobody.
Result<void> may_scrape(const Origin& origin, const Options& options);

}  // namespace oneshot::app
