// SPDX-License-Identifier: MIT
#include "app/api/scraper_json.hpp"

#include <cstddef>

namespace oneshot::app {
namespace {

void write_dropped(json::Writer& out, const queue::ScraperStatistics& scraper) {
  out.member("dropped").object();
  out.member("full", scraper.dropped_full);
  out.member("damaged", scraper.dropped_damaged);
  out.member("refused", scraper.dropped_refused);
  out.member("skipped", scraper.dropped_skipped);
  out.end_object();
}

void write_batches(json::Writer& out, const queue::ScraperStatistics& scraper) {
  out.member("batches").object();
  for (std::size_t i = 0; i < scraper.batches.size(); ++i) out.member(queue::batch_end_names[i], scraper.batches[i]);
  out.end_object();
  out.member("last_batch");
  if (!scraper.last_batch) {
    out.null();
    return;
  }
  const queue::LastBatch& last = *scraper.last_batch;
  out.object().member("unix_ms", last.unix_ms).member("events", last.events).member("outcome", name_of(last.end));
  if (!last.reason.empty()) out.member("reason", last.reason);
  out.end_object();
}

void write_scraper(json::Writer& out, const queue::ScraperStatistics& scraper, bool shared) {
  out.object();
  out.member("name", scraper.name);
  out.member("named", scraper.named);
  out.member("confirmed", scraper.confirmed);
  out.member("shared", shared);
  out.member("waiting", scraper.waiting);
  out.member("in_flight", scraper.in_flight);
  if (!scraper.held_by.empty()) out.member("held_by", scraper.held_by);
  out.member("delivered", scraper.delivered);
  out.member("redelivered", scraper.redelivered);
  out.member("given_up", scraper.given_up);
  out.member("replayed", scraper.replayed);
  write_dropped(out, scraper);
  out.member("oldest_waiting_seconds", scraper.oldest_waiting_seconds);
  out.member("last_scrape_unix_ms", scraper.last_scrape_unix_ms);
  write_batches(out, scraper);
  out.end_object();
}

}  // namespace

void write_scrapers(json::Writer& out, const queue::QueueStatistics& statistics, const Services& services) {
  const SteadyTime now = services.clock.steady();
  out.list();
  for (const queue::ScraperStatistics& scraper : statistics.scrapers)
    write_scraper(out, scraper, services.shared_scrapers.is_shared(scraper.name, now));
  out.end_list();
}

}  // namespace oneshot::app
