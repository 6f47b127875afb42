// SPDX-License-Identifier: MIT
//
// A scrape in four steps: who is it and may it (admit), its turn in the wait queue of its scraper (Queue::take), the
// length of the events (measure), and the reply around them. Only the second and third wait. The batch belongs to the
// receipt from the moment it is taken: if this coroutine ends early, its destruction puts the batch back.
#include "app/scrape/get_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/own_metrics/own_metrics.hpp"
#include "app/scrape/delivery_receipt.hpp"
#include "app/scrape/refusals.hpp"
#include "app/scrape/scrape_body.hpp"
#include "app/scrape/scrape_deadline.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "app/scrape/shared_scraper_warning.hpp"
#include "base/log.hpp"
#include "exposition/text_format.hpp"

namespace oneshot::app {
namespace {

// How long a client that only looks may take to read: meanwhile the log keeps what is shown.
constexpr std::chrono::seconds longest_peek{5};

struct Admitted {
  ScraperIdentity scraper;
  bool peek = false;
  bool by_proxy = false;
};

/// Who scrapes, which authorize() has let in; or the reply that says what is wrong with the query.
Result<Admitted, http::Reply> admit(Context& context, const http::Request& request) {
  const Origin origin = find_origin(request, *context.options);
  Result<MetricsQuery> query = parse_metrics_query(request.query);
  if (!query) return Unexpected{refusal(400, std::move(query.error()))};
  return Admitted{identify(*query, origin.address), query->peek, origin.by_proxy};
}

std::string events_in_words(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " event" : " events"); }

const exposition::Format& format() noexcept { return exposition::text_format(); }

std::string own_metrics(const Context& context, const ThisScrape& scrape) {
  std::string text;
  append_own_metrics(text, format(), context.services, scrape);
  return text;
}

std::unique_ptr<EventText> event_text(const queue::Batch& events, const Options& options, const Services& services) {
  if (services.queue.explicit_timestamps())
    return timed_event_text(events, options, format(), services.clock.unix_ms());
  return merged_event_text(events, options, format());
}

http::Reply exposition_reply(SteadyTime deadline) {
  http::Reply reply(200);
  reply.content_type = format().content_type();
  reply.no_store = true;
  reply.deadline = deadline;
  return reply;
}

http::Reply without_batch(const Context& context, const Options& options, const ScraperIdentity& scraper,
                          std::string_view why, SteadyTime deadline) {
  http::Reply reply = exposition_reply(deadline);
  const std::string comment = comment_for(scraper, why);
  const std::string own = own_metrics(context, ThisScrape{scraper.id, 0});
  reply.body = assemble_head(format(), {comment, own, options.metric});
  reply.body += format().end();
  return reply;
}

asio::awaitable<void> measure(EventText& text, delivery::Waiting& waiting) {
  while (text.measure_next()) co_await waiting.yield();
}

asio::awaitable<http::Reply> peek(Context& context, const Options& options, const ScraperIdentity& scraper,
                                  SteadyTime deadline, delivery::Waiting& waiting) {
  std::unique_ptr<queue::Batch> events = context.services.queue.peek(scraper.id);
  if (events == nullptr) co_return unknown_scraper(scraper);
  if (context.services.queue.above_high_watermark()) {
    events.reset();
    co_return without_batch(context, options, scraper,
                            "only looked at: the event log is nearly full, so its events are not shown", deadline);
  }
  auto text = event_text(*events, options, context.services);
  co_await measure(*text, waiting);

  const std::string own = own_metrics(context, ThisScrape{scraper.id, 0});
  const std::string comment = comment_for(scraper, "only looked at: " + events_in_words(events->size()));
  std::string head = assemble_head(format(), {comment, own, options.metric});
  http::Reply reply = exposition_reply(deadline);
  reply.source = std::make_unique<ScrapeBody>(format(), std::move(head), std::move(events), std::move(text));
  co_return reply;
}

void log_what_is_refused(const EventText& text, const ScraperIdentity& scraper, const Options& options) {
  if (text.out_of_order() == 0) return;
  std::string series = options.metric;
  series.append("{").append(text.first_out_of_order()).append("}");
  log::warn("the clock was set back: a Prometheus that has later samples of these series refuses these events",
            {{"scraper", scraper.id}, {"events", text.out_of_order()}, {"first", series}});
}

asio::awaitable<http::Reply> deliver(Context& context, const Options& options, const ScraperIdentity& scraper,
                                     std::unique_ptr<queue::Delivery> batch, SteadyTime deadline,
                                     delivery::Waiting& waiting) {
  auto receipt = std::make_unique<DeliveryReceipt>(std::move(batch));
  const std::uint64_t count = receipt->count();
  auto text = event_text(receipt->batch(), options, context.services);
  co_await measure(*text, waiting);
  log_what_is_refused(*text, scraper, options);

  const std::string own = own_metrics(context, ThisScrape{scraper.id, count});
  const std::string comment = comment_for(scraper, events_in_words(count) + " in this batch");
  std::string head = assemble_padded_head(format(), {comment, own, options.metric}, text->size());
  http::Reply reply = exposition_reply(deadline);
  reply.source = std::make_unique<ScrapeBody>(format(), std::move(head), std::move(text));
  reply.receipt = std::move(receipt);
  if (log::enabled(log::Level::debug)) log::debug("scrape", {{"scraper", scraper.id}, {"events", count}});
  co_return reply;
}

asio::awaitable<http::Reply> scrape(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  Result<Admitted, http::Reply> admitted = admit(context, request);
  if (!admitted) co_return std::move(admitted.error());
  const ScraperIdentity& scraper = admitted->scraper;
  const std::shared_ptr<const Options> options = context.options;
  const std::chrono::milliseconds timeout = scrape_timeout(request);
  const SteadyTime deadline = reply_deadline(request.arrived, timeout);
  if (admitted->peek) {
    const SteadyTime soon = std::min(deadline, request.arrived + longest_peek);
    http::Reply looked = co_await peek(context, *options, scraper, soon, waiting);
    co_return looked;
  }
  if (request.pipelined) {
    co_return without_batch(context, *options, scraper, "no batch: this request did not wait for the reply before it",
                            deadline);
  }

  const SteadyTime until = latest_take(request.arrived, timeout, context.services.clock.steady());
  std::string name = scraper.id;
  queue::TakeResult taken = co_await context.services.queue.take(std::move(name), waiting, until);
  if (!taken && taken.error() == queue::NoBatch::too_many_scrapers)
    co_return too_many_scrapers(context.services.queue.max_unnamed());
  const bool had_a_place = taken || taken.error() != queue::NoBatch::wait_queue_full;
  if (had_a_place) warn_if_shared(context, request, scraper, admitted->by_proxy);
  if (!taken) co_return without_batch(context, *options, scraper, in_words(taken.error()), deadline);
  std::unique_ptr<queue::Delivery> batch = std::move(*taken);
  if (batch->count() == 0) {
    batch.reset();  // nothing to be received: nothing in flight
    co_return without_batch(context, *options, scraper, "0 events in this batch", deadline);
  }
  http::Reply reply = co_await deliver(context, *options, scraper, std::move(batch), deadline, waiting);
  co_return reply;
}

}  // namespace

http::Answer get_metrics(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  return scrape(context, request, waiting);
}

http::Answer head_metrics(Context& context, const http::Request& request, delivery::Waiting&) {
  Result<Admitted, http::Reply> admitted = admit(context, request);
  if (!admitted) return std::move(admitted.error());
  if (admitted->peek && !context.services.queue.peek(admitted->scraper.id)) return unknown_scraper(admitted->scraper);
  http::Reply reply(200);
  reply.content_type = format().content_type();
  reply.no_store = true;
  return reply;
}

}  // namespace oneshot::app
