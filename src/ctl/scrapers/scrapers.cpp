// SPDX-License-Identifier: MIT
// The command `scrapers`.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "ctl/scrapers/commands.hpp"
#include "ctl/scrapers/scraper.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/server/with_api.hpp"
#include "ctl/text/duration.hpp"
#include "ctl/text/local_time.hpp"
#include "ctl/text/table.hpp"

namespace oneshot::ctl {
namespace {

constexpr Option options[] = {json_option};

std::string age(double seconds) {
  return seconds <= 0 ? "-" : duration_in_words(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
}

std::string on_its_way(const Scraper& scraper) {
  const std::string events = std::to_string(scraper.in_flight);
  return scraper.held_by.empty() ? events : events + " from " + scraper.held_by;
}

Table::Row heading(bool any_confirmed) {
  Table::Row row{"NAME", "NAMED", "LAST SCRAPE", "WAITING", "OLDEST", "ON ITS WAY", "DELIVERED"};
  if (any_confirmed) row.emplace_back("CONFIRMED");
  row.emplace_back("LAST BATCH");
  return row;
}

Table::Row row_of(const Scraper& scraper, bool any_confirmed, std::int64_t now_unix_ms) {
  // One that came before the server's start has none: only where it is, is kept.
  const std::string last = scraper.last_scrape_unix_ms == 0 ? "not yet" : ago(scraper.last_scrape_unix_ms, now_unix_ms);
  Table::Row row{scraper.name,
                 scraper.named ? "yes" : "no",
                 last,
                 std::to_string(scraper.waiting),
                 age(scraper.oldest_waiting_seconds),
                 on_its_way(scraper),
                 std::to_string(scraper.delivered)};
  if (any_confirmed) row.push_back(scraper.confirmation ? scraper.confirmation->in_short(now_unix_ms) : "-");
  row.push_back(scraper.last_batch ? scraper.last_batch->text() : "-");
  return row;
}

/// Who has no confirmation at all is not told of one.
std::string table_of(const std::vector<Scraper>& scrapers, std::int64_t now_unix_ms) {
  const bool any_confirmed =
      std::ranges::any_of(scrapers, [](const Scraper& one) { return one.confirmation.has_value(); });
  Table table(heading(any_confirmed));
  for (const Scraper& scraper : scrapers) table.add(row_of(scraper, any_confirmed, now_unix_ms));
  return table.text();
}

/// The status, since it has the server's clock, by which "ago" is right whatever ours says.
Result<std::string> ask(const Call& call, Api& api) {
  const bool json = call.has(json_option.name);
  const auto answer = api.get(json ? "/api/v1/scrapers" : "/api/v1/status");
  if (!answer) return Unexpected{answer.error()};
  if (json) return api.last_body();
  const std::vector<Scraper> scrapers = scrapers_of(*answer);
  if (scrapers.empty()) complain("nobody has scraped yet; oneshotctl scrape-config NAME prints a job for Prometheus");
  return table_of(scrapers, whole_at(*answer, "now_unix_ms"));
}

int run_scrapers(const Call& call) {
  if (!call.words().empty()) return refuse("scrapers takes no word; oneshotctl why NAME asks about one scraper");
  return with_api<ask>(call);
}

}  // namespace

Command scrapers_command() noexcept {
  return {.name = "scrapers",
          .arguments = "[OPTION]...",
          .summary = "list the scrapers: when they came, what waits for them, how their last batch ended",
          .details =
              "NAMED: one of scrapers.names, which is never forgotten. OLDEST: the age of the oldest event that it\n"
              "has not got. ON ITS WAY: in a cluster from which server. CONFIRMED: with [confirm.NAME], who says\n"
              "what was delivered. LAST BATCH: delivered, or why not.\n",
          .example = "oneshotctl scrapers\n",
          .options = options,
          .run = run_scrapers};
}

}  // namespace oneshot::ctl
