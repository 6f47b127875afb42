// SPDX-License-Identifier: MIT
#include "app/scrape/proxy/proxy_warning.hpp"

#include "base/log.hpp"

namespace oneshot::app {

void warn_of_proxy(Context& context, const ScraperIdentity& scraper, const ProxySigns& signs) {
  if (signs.proxy != ProxySigns::Proxy::certain || signs.set_up) return;
  if (!context.services.proxy_watch.first_time(scraper.id)) return;
  log::warn(
      "a proxy stands between this scraper and the server: what the proxy has read counts as delivered, also where "
      "the scraper never gets it, and a cache may turn a HEAD into a GET, which takes the events; let the scraper "
      "come directly",
      {{"scraper", scraper.id}, {"sign", signs.sign}});
}

}  // namespace oneshot::app
