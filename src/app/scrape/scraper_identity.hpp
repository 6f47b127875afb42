// SPDX-License-Identifier: MIT
#pragma once

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
};

/// Reads `scraper=NAME` ([A-Za-z0-9_.:-]{1,128}) and `peek=0|1`. Errors: a bad name, a bad peek, either given
/// twice, broken percent-encoding of either; any other parameter, since a `scrapper=prom-a` that is passed over makes
/// two scrapers behind one address share their events, and nobody sees it. Scrapers add no parameters of their own:
/// what `params` of the scrape config says is all that comes.
Result<MetricsQuery> parse_metrics_query(std::string_view query);

/// Where a scrape comes from: the peer, or, behind a trusted proxy, the address that the proxy saw.
struct Origin {
  Address address;
  bool header_ignored = false;  ///< there is a forwarding header, but its sender is not a trusted proxy
  bool by_proxy = false;  ///< there is a forwarding header, whoever sent it: the connection is not the scraper's own
};

/// X-Forwarded-For decides over X-Real-Ip, since proxies pass a client's own X-Real-Ip through. It is walked
/// from the right, where the nearest proxy wrote, past trusted proxies; an entry that is no address ends the
/// walk, because whoever wrote it cannot be trusted about what stands further left.
Origin find_origin(const http::Request& request, const Options& options);

/// Who scrapes.
struct ScraperIdentity {
  std::string id;  ///< its name or its address, canonical: what the queue and the metrics know it by
  bool by_name = false;
};

/// The name where one is given, else the address.
ScraperIdentity identify(const MetricsQuery& query, const Address& origin);

/// Whether `options.allow` holds this address. A named scraper is checked by its address as well: a name is
/// no proof.
[[nodiscard]] bool may_scrape(const Address& origin, const Options& options) noexcept;

}  // namespace oneshot::app
