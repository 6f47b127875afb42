// SPDX-License-Identifier: MIT
#include "ctl/scrapers/scraper.hpp"

#include "ctl/server/fields.hpp"
#include "ctl/text/plain.hpp"

namespace oneshot::ctl {
namespace {

std::optional<Scraper::Batch> batch_of(const json::Value& scraper) {
  const auto batch = scraper.member("last_batch");
  if (!batch || batch->kind() != json::Kind::object) return std::nullopt;
  return Scraper::Batch{whole_at(*batch, "unix_ms"), whole_at(*batch, "events"), plain(text_at(*batch, "outcome")),
                        plain(text_at(*batch, "reason"))};
}

Scraper scraper_of(const json::Value& value) {
  Scraper scraper;
  scraper.name = plain(text_at(value, "name"));
  scraper.named = flag_at(value, "named");
  scraper.shared = flag_at(value, "shared");
  scraper.waiting = whole_at(value, "waiting");
  scraper.in_flight = whole_at(value, "in_flight");
  scraper.held_by = plain(text_at(value, "held_by"));
  scraper.delivered = whole_at(value, "delivered");
  if (const auto dropped = value.member("dropped")) {
    scraper.dropped_full = whole_at(*dropped, "full");
    scraper.dropped_refused = whole_at(*dropped, "refused");
  }
  scraper.oldest_waiting_seconds = number_at(value, "oldest_waiting_seconds");
  scraper.last_scrape_unix_ms = whole_at(value, "last_scrape_unix_ms");
  scraper.last_batch = batch_of(value);
  scraper.confirmation = confirmation_of(value);
  return scraper;
}

}  // namespace

std::string events_in_words(std::int64_t events) {
  return std::to_string(events) + (events == 1 ? " event" : " events");
}

std::string Scraper::Batch::text() const {
  return (delivered() || reason.empty() ? outcome : reason) + ", " + events_in_words(events);
}

std::vector<Scraper> scrapers_of(const json::Value& answer) {
  std::vector<Scraper> all;
  for (const json::Value& value : list_at(answer, "scrapers")) all.push_back(scraper_of(value));
  return all;
}

}  // namespace oneshot::ctl
