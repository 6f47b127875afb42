// SPDX-License-Identifier: MIT
#include "app/scrape/shared_scraper_warning.hpp"

#include <optional>
#include <string>

#include "app/scrape/shared_scrapers.hpp"
#include "base/log.hpp"

namespace oneshot::app {

void warn_if_shared(Context& context, const http::Request& request, const ScraperIdentity& scraper, bool by_proxy) {
  const std::optional<std::string> sign =
      context.services.shared_scrapers.note({.scraper = scraper.id,
                                             .user_agent = request.header("User-Agent"),
                                             .connection = by_proxy ? 0 : request.connection},
                                            context.services.clock.steady());
  if (!sign) return;
  log::warn(scraper.by_name ? "this name looks like two scrapers, and each event reaches only one of them: give each a "
                              "name of its own with params: {scraper: [NAME]} in its scrape config (to look without "
                              "taking: /metrics?peek=1)"
                            : "this address looks like two scrapers, and each event reaches only one of them: give "
                              "each a name with params: {scraper: [NAME]} in its scrape config (to look without "
                              "taking: /metrics?peek=1)",
            {{"scraper", scraper.id}, {"reason", *sign}});
}

}  // namespace oneshot::app
