// SPDX-License-Identifier: MIT
#include "app/api/unknown_scraper.hpp"

#include <string>
#include <vector>

#include "app/api/json_reply.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"

namespace oneshot::app {

http::Reply unknown_scraper(std::string_view name, const queue::Queue& queue) {
  const queue::QueueStatistics statistics = queue.statistics();
  std::string message = "no scraper " + quoted(name) + " is known";
  std::vector<std::string_view> names;
  for (const queue::ScraperStatistics& scraper : statistics.scrapers) {
    message.append(names.empty() ? "; there are " : ", ").append(scraper.name);
    names.emplace_back(scraper.name);
  }
  if (names.empty()) message += ": nobody has scraped yet, and scrapers.names has none";
  const std::string_view meant = nearest(name, names);
  if (!meant.empty()) message.append("; did you mean \"").append(meant).append("\"?");
  return json_error(404, message);
}

}  // namespace oneshot::app
