// SPDX-License-Identifier: MIT
//
// A scrape in four steps: who is it and may it (admit), its turn in the line of its scraper (take_batch), the
// length of the events (measure), and the reply around them. Only the second and third wait. The batch
// belongs to the receipt from the moment it is taken: if this coroutine ends early, its destruction puts the
// batch back.
#include "app/scrape/get_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "app/own_metrics/own_metrics.hpp"
#include "app/scrape/delivery_receipt.hpp"
#include "app/scrape/scrape_body.hpp"
#include "app/scrape/scrape_deadline.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "base/log.hpp"
#include "exposition/text_format.hpp"

namespace oneshot::app {
namespace {

// How long to wait before asking again whose turn it is: short against any scrape timeout, long against a
// batch.
constexpr std::chrono::milliseconds turn_pause{5};

// How long somebody who only looks may take to read: meanwhile the log keeps what he looks at.
constexpr std::chrono::seconds longest_peek{5};

struct Admitted {
  ScraperIdentity scraper;
  bool peek = false;
  bool by_proxy = false;
};

http::Reply refusal(int status, std::string message) {
  message += '\n';
  return http::Reply(status, std::move(message));
}

/// Who scrapes, which authorize() has let in; or the reply that says what is wrong with the query.
Result<Admitted, http::Reply> admit(Context& context, const http::Request& request) {
  const Origin origin = find_origin(request, *context.options);
  Result<MetricsQuery> query = parse_metrics_query(request.query);
  if (!query) return Unexpected{refusal(400, std::move(query.error()))};
  return Admitted{identify(*query, origin.address), query->peek, origin.by_proxy};
}

std::string unknown_scraper(const ScraperIdentity& scraper) {
  return "no scraper \"" + scraper.id + "\" is known: it has not scraped yet, or was forgotten";
}

std::string events_in_words(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " event" : " events"); }

const exposition::Format& format() noexcept { return exposition::text_format(); }

std::string own_metrics(const Context& context, const ThisScrape& scrape) {
  std::string text;
  append_own_metrics(text, format(), context.services, scrape);
  return text;
}

std::unique_ptr<EventText> event_text(const queue::Reading& events, const Options& options, const Services& services) {
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

/// Two scrapers under one identity take events from each other: says so, and what to do.
void warn_if_shared(Context& context, const http::Request& request, const Admitted& admitted) {
  const ScraperIdentity& scraper = admitted.scraper;
  const std::optional<std::string> sign =
      context.services.shared_scrapers.note({.scraper = scraper.id,
                                             .user_agent = request.header("User-Agent"),
                                             .connection = admitted.by_proxy ? 0 : request.connection},
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

/// The batch; nothing where the one before it is still under way, or the time to wait is over.
asio::awaitable<std::optional<queue::Delivery>> take_batch(Context& context, queue::Ticket ticket,
                                                           delivery::Waiting& waiting, SteadyTime until) {
  std::optional<queue::Delivery> batch;
  for (;;) {
    queue::Turn turn = context.services.queue.try_take(ticket);
    if (auto* const delivery = std::get_if<queue::Delivery>(&turn)) {
      batch.emplace(std::move(*delivery));
      break;
    }
    if (context.services.clock.steady() >= until || waiting.stopping()) break;
    if (std::holds_alternative<queue::MoreToWalk>(turn)) {
      co_await waiting.yield();
    } else if (const auto* const ask = std::get_if<queue::Ask>(&turn)) {
      // A scrape that was given up proves nothing about the one before it: that one may yet be read, or fail. The end
      // of this one's connection comes a moment behind its request.
      co_await waiting.pause(turn_pause);
      if (waiting.peer_closed()) break;
      const delivery::Transfer::State state = co_await ask->transfer->resolve();
      if (state == delivery::Transfer::State::under_way) break;
    } else {
      if (waiting.peer_closed()) break;  // no need to keep others waiting behind it
      co_await waiting.pause(turn_pause);
    }
  }
  co_return batch;
}

asio::awaitable<void> measure(EventText& text, delivery::Waiting& waiting) {
  while (text.measure_next()) co_await waiting.yield();
}

asio::awaitable<http::Reply> peek(Context& context, const Options& options, const ScraperIdentity& scraper,
                                  SteadyTime deadline, delivery::Waiting& waiting) {
  std::optional<queue::Reading> found = context.services.queue.peek(scraper.id);
  if (!found) co_return refusal(404, unknown_scraper(scraper));
  if (context.services.queue.above_high_watermark()) {
    found.reset();
    co_return without_batch(context, options, scraper,
                            "only looked at: the event log is nearly full, so its events are not shown", deadline);
  }
  auto events = std::make_unique<queue::Reading>(std::move(*found));
  auto text = event_text(*events, options, context.services);
  co_await measure(*text, waiting);

  const std::string own = own_metrics(context, ThisScrape{scraper.id, 0});
  const std::string comment = comment_for(scraper, "only looked at: " + events_in_words(events->events()));
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
                                     queue::Delivery batch, SteadyTime deadline, delivery::Waiting& waiting) {
  auto receipt = std::make_unique<DeliveryReceipt>(std::move(batch));
  const std::uint64_t count = receipt->count();
  auto text = event_text(receipt->events(), options, context.services);
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

  Result<queue::Ticket, queue::Refused> place = context.services.queue.stand_in_line(scraper.id);
  if (!place && place.error() == queue::Refused::line_too_long)
    co_return without_batch(context, *options, scraper, "no batch: too many scrapes of this scraper at once", deadline);
  if (!place) {
    co_return refusal(503, "there are " + std::to_string(context.services.queue.max_unnamed()) +
                               " scrapers already, as many as scrapers.max allows; those in scrapers.names always "
                               "have a place");
  }
  warn_if_shared(context, request, *admitted);
  const SteadyTime until = latest_take(request.arrived, timeout, context.services.clock.steady());
  queue::Ticket ticket = std::move(*place);
  std::optional<queue::Delivery> batch = co_await take_batch(context, std::move(ticket), waiting, until);
  if (!batch) {
    co_return without_batch(context, *options, scraper, "no batch: the one before it is still on its way", deadline);
  }
  if (batch->count() == 0) {
    batch.reset();  // nothing to be received: nothing in flight
    co_return without_batch(context, *options, scraper, "0 events in this batch", deadline);
  }
  queue::Delivery full = std::move(*batch);
  http::Reply reply = co_await deliver(context, *options, scraper, std::move(full), deadline, waiting);
  co_return reply;
}

}  // namespace

http::Answer get_metrics(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  return scrape(context, request, waiting);
}

http::Answer head_metrics(Context& context, const http::Request& request, delivery::Waiting&) {
  Result<Admitted, http::Reply> admitted = admit(context, request);
  if (!admitted) return std::move(admitted.error());
  if (admitted->peek && !context.services.queue.peek(admitted->scraper.id))
    return refusal(404, unknown_scraper(admitted->scraper));
  http::Reply reply(200);
  reply.content_type = format().content_type();
  reply.no_store = true;
  return reply;
}

}  // namespace oneshot::app
