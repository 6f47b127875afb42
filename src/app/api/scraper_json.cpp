// SPDX-License-Identifier: MIT
#include "app/api/scraper_json.hpp"

#include <cstddef>
#include <memory>

#include "confirm/confirmer.hpp"
#include "confirm/confirmers.hpp"
#include "confirm/state.hpp"

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

/// A reload may just have ended the confirmation of a scraper that still counts as confirmed: then there is none.
void write_confirmation(json::Writer& out, const queue::ScraperStatistics& scraper, const Services& services) {
  if (!scraper.confirmed || services.confirmers == nullptr) return;
  const std::shared_ptr<const confirm::Confirmer> confirmer = services.confirmers->find(scraper.name);
  if (confirmer == nullptr) return;
  const confirm::State state = confirmer->state();
  out.member("confirmation").object();
  out.member("url", state.url).member("up", state.up).member("since_unix_ms", state.since_unix_ms);
  if (!state.reason.empty()) out.member("reason", state.reason);
  out.member("decides", name_of(state.decides));
  out.member("unreachable", state.unreachable == confirm::Unreachable::wait ? "wait" : "tcp");
  out.end_object();
}

void write_scraper(json::Writer& out, const queue::ScraperStatistics& scraper, const Services& services, bool shared) {
  out.object();
  out.member("name", scraper.name);
  out.member("named", scraper.named);
  out.member("confirmed", scraper.confirmed);
  write_confirmation(out, scraper, services);
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
    write_scraper(out, scraper, services, services.shared_scrapers.is_shared(scraper.name, now));
  out.end_list();
}

}  // namespace oneshot::app
