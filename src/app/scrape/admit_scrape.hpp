// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/context.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "base/address.hpp"
#include "base/result.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Who scrapes, and what for.
struct AdmittedScrape {
  ScraperIdentity scraper;
  Address origin;
  bool peek = false;                            ///< a look: takes no events
  bool events = true;                           ///< false: the program's own metrics alone
  bool by_proxy = false;                        ///< the connection is not the scraper's own
  std::optional<std::int64_t> since_unix_ms{};  ///< where a scraper that is new begins
};

/// Who scrapes, where authorize() has let the request in; or, logged, the reply that says what is wrong with the query.
/// A client that is bound scrapes by the name that it is bound to, whatever the query says: `bound`; empty: it is not.
Result<AdmittedScrape, http::Reply> admit_scrape(Context& context, const http::Request& request,
                                                 const std::string& bound);

}  // namespace oneshot::app
