// SPDX-License-Identifier: MIT
#include "app/scrape/exposition_reply.hpp"
#include "app/scrape/padded_head.hpp"

#include "app/own_metrics/own_metrics.hpp"
#include "app/scrape/scrape_body.hpp"
#include "app/scrape/scrape_form.hpp"
#include "app/scrape/text/families.hpp"

namespace oneshot::app {

http::Reply exposition_reply(const Scrape& scrape) {
  http::Reply reply(200);
  reply.content_type = scrape.format.content_type();
  reply.extra_headers = vary_line;
  reply.no_store = true;
  reply.deadline = scrape.deadline;
  return reply;
}

std::string own_metrics(const Scrape& scrape, std::uint64_t events) {
  Services& services = scrape.context.services;
  const ThisScrape now{.scraper = scrape.id(),
                       .batch = events,
                       .event_series = services.series_limit.count(services.clock.coarse_steady()),
                       .max_series = scrape.options->max_series_per_hour,
                       .counters = scrape.context.event_counters.get(),
                       .lists_scrapers = scrape.admitted.peek};
  std::string text;
  append_own_metrics(text, scrape.format, services, now);
  return text;
}

http::Reply without_batch(const Scrape& scrape, std::string_view why, std::uint64_t number) {
  http::Reply reply = exposition_reply(scrape);
  const std::string comment = comment_for(scrape.scraper(), why);
  const std::string own = own_metrics(scrape, 0);
  const Families families(*scrape.options);
  reply.body = assemble_head(scrape.format, {comment, own, families}).text;
  families.append_later_heads(reply.body, scrape.format);
  reply.body += assemble_tail(scrape.format, scrape.id(), number);
  return reply;
}

std::uint64_t next_number(const Scrape& scrape) {
  const std::uint64_t number = scrape.context.services.queue.next_number(scrape.id());
  if (scrape.confirmer != nullptr && number != 0) scrape.confirmer->issued(number);
  return number;
}

std::string events_in_words(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " event" : " events"); }

}  // namespace oneshot::app
