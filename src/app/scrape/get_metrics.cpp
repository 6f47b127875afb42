// SPDX-License-Identifier: MIT
//
// A scrape in five steps: who is it and may it (admit), its turn in the wait queue of its scraper (Queue::take), the
// length of the events (measure), the reply around them, and compressing a long one. Second, third and fifth wait.
// Where the scraper's own API confirms deliveries, a scrape first waits a moment for its answer about the batch before.
// The batch belongs to the receipt from the moment it is taken: if a coroutine ends early, its destruction puts the
// batch back.
#include "app/scrape/get_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/own_metrics/own_metrics.hpp"
#include "app/scrape/compress.hpp"
#include "app/scrape/delivery_receipt.hpp"
#include "app/scrape/proxy_signs.hpp"
#include "app/scrape/proxy_warning.hpp"
#include "app/scrape/refusals.hpp"
#include "app/scrape/scrape_body.hpp"
#include "app/scrape/scrape_deadline.hpp"
#include "app/scrape/scrape_form.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "app/scrape/shared_scraper_warning.hpp"
#include "base/log.hpp"

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

/// A reply whose body is still text.
struct Uncompressed {
  Uncompressed() = default;
  Uncompressed(http::Reply r) : reply(std::move(r)) {}  // NOLINT(google-explicit-constructor): one without a batch

  http::Reply reply;
  std::unique_ptr<DeliveryReceipt> receipt;  ///< of the batch in it
  std::size_t padding_place = 0;             ///< where padding goes, if there is a batch
};

std::string own_metrics(const Context& context, const exposition::Format& format, const ThisScrape& scrape) {
  std::string text;
  append_own_metrics(text, format, context.services, scrape);
  return text;
}

std::unique_ptr<EventText> event_text(const queue::Batch& events, const Options& options,
                                      const exposition::Format& format, const Services& services) {
  if (!services.queue.explicit_timestamps()) return merged_event_text(events, options, format);
  const std::int64_t now = services.clock.unix_ms();
  if (format.groups_series()) return grouped_event_text(events, options, format, now);
  return timed_event_text(events, options, format, now);
}

http::Reply exposition_reply(const exposition::Format& format, SteadyTime deadline) {
  http::Reply reply(200);
  reply.content_type = format.content_type();
  reply.extra_headers = vary_line;
  reply.no_store = true;
  reply.deadline = deadline;
  return reply;
}

/// `number` is that of the exposition; 0 for one that is no scrape.
http::Reply without_batch(const Context& context, const Options& options, const exposition::Format& format,
                          const ScraperIdentity& scraper, std::string_view why, SteadyTime deadline,
                          std::uint64_t number) {
  http::Reply reply = exposition_reply(format, deadline);
  const std::string comment = comment_for(scraper, why);
  const std::string own = own_metrics(context, format, ThisScrape{scraper.id, 0});
  reply.body = assemble_head(format, {comment, own, options.metric}).text;
  reply.body += assemble_tail(format, scraper.id, number);
  return reply;
}

asio::awaitable<void> measure(EventText& text, delivery::Waiting& waiting) {
  while (text.measure_next()) co_await waiting.yield();
}

asio::awaitable<http::Reply> peek(Context& context, const Options& options, const exposition::Format& format,
                                  const ScraperIdentity& scraper, SteadyTime deadline, delivery::Waiting& waiting) {
  std::unique_ptr<queue::Batch> events = context.services.queue.peek(scraper.id);
  if (events == nullptr) co_return unknown_scraper(scraper);
  if (context.services.queue.above_high_watermark()) {
    events.reset();
    co_return without_batch(context, options, format, scraper,
                            "only looked at: the event log is nearly full, so its events are not shown", deadline, 0);
  }
  auto text = event_text(*events, options, format, context.services);
  co_await measure(*text, waiting);

  const std::string own = own_metrics(context, format, ThisScrape{scraper.id, 0});
  const std::string comment = comment_for(scraper, "only looked at: " + events_in_words(events->size()));
  Head head = assemble_head(format, {comment, own, options.metric});
  http::Reply reply = exposition_reply(format, deadline);
  reply.source = std::make_unique<ScrapeBody>(std::move(head.text), std::move(events), std::move(text),
                                              assemble_tail(format, scraper.id, 0));
  co_return reply;
}

void log_what_is_refused(const EventText& text, const ScraperIdentity& scraper, const Options& options) {
  if (text.out_of_order() == 0) return;
  std::string series = options.metric;
  series.append("{").append(text.first_out_of_order()).append("}");
  log::warn("the clock was set back: a Prometheus that has later samples of these series refuses these events",
            {{"scraper", scraper.id}, {"events", text.out_of_order()}, {"first", series}});
}

using Permit = confirm::Judge::Permit;
using SharedConfirmer = std::shared_ptr<confirm::Confirmer>;

SharedConfirmer find_confirmer(const Context& context, const ScraperIdentity& scraper) {
  const confirm::Confirmers* const all = context.services.confirmers;
  return all == nullptr ? nullptr : all->find(scraper.id);
}

/// The number of an exposition without a batch; 0 where the scraper is not known yet.
std::uint64_t next_number(const Context& context, const ScraperIdentity& scraper, const SharedConfirmer& confirmer) {
  const std::uint64_t number = context.services.queue.next_number(scraper.id);
  if (confirmer != nullptr && number != 0) confirmer->issued(number);
  return number;
}

/// For a batch with nothing in it, or one that must not go out yet.
http::Reply without_its_events(const Context& context, const Options& options, const exposition::Format& format,
                               const ScraperIdentity& scraper, std::unique_ptr<queue::Delivery> batch,
                               const SharedConfirmer& confirmer, Permit permit, SteadyTime deadline) {
  const std::uint64_t number = batch->number();
  batch.reset();  // nothing to be received: nothing in flight
  if (confirmer != nullptr) confirmer->issued(number);
  if (permit == Permit::batch || permit == Permit::batch_soon)
    return without_batch(context, options, format, scraper, "0 events in this batch", deadline, number);
  return without_batch(context, options, format, scraper, confirmer->in_words(permit), deadline, number);
}

std::unique_ptr<DeliveryReceipt> receipt_for(Context& context, const Options& options, const ScraperIdentity& scraper,
                                             const ProxySigns& signs, std::unique_ptr<queue::Delivery> batch,
                                             const SharedConfirmer& confirmer, SteadyTime may_give_up) {
  const delivery::Reader reader{.by_proxy = signs.proxy == ProxySigns::Proxy::certain, .may_give_up = may_give_up};
  auto receipt = std::make_unique<DeliveryReceipt>(std::move(batch), reader);
  if (signs.proxy == ProxySigns::Proxy::perhaps && signs.closes)
    receipt->conclude_by(context.services.proxy_watch, scraper.id);
  if (confirmer != nullptr) receipt->confirm_by(confirmer, options.metric);
  return receipt;
}

/// The receipt of the batch that was taken; or the reply without one.
Result<std::unique_ptr<DeliveryReceipt>, http::Reply> open_receipt(Context& context, const Options& options,
                                                                   const exposition::Format& format,
                                                                   const ScraperIdentity& scraper,
                                                                   const ProxySigns& signs, queue::TakeResult taken,
                                                                   const SharedConfirmer& confirmer, Permit permit,
                                                                   SteadyTime deadline, SteadyTime may_give_up) {
  if (!taken) {
    return Unexpected{without_batch(context, options, format, scraper, in_words(taken.error()), deadline,
                                    next_number(context, scraper, confirmer))};
  }
  if ((*taken)->count() == 0 || permit == Permit::unseen) {
    return Unexpected{
        without_its_events(context, options, format, scraper, std::move(*taken), confirmer, permit, deadline)};
  }
  return receipt_for(context, options, scraper, signs, std::move(*taken), confirmer, may_give_up);
}

asio::awaitable<Uncompressed> deliver(Context& context, const Options& options, const exposition::Format& format,
                                      const ScraperIdentity& scraper, std::unique_ptr<DeliveryReceipt> receipt,
                                      SteadyTime deadline, delivery::Waiting& waiting) {
  const std::uint64_t count = receipt->count();
  auto text = event_text(receipt->batch(), options, format, context.services);
  co_await measure(*text, waiting);
  log_what_is_refused(*text, scraper, options);

  const std::string own = own_metrics(context, format, ThisScrape{scraper.id, count});
  const std::string comment = comment_for(scraper, events_in_words(count) + " in this batch");
  std::string tail = assemble_tail(format, scraper.id, receipt->number());
  Head head = assemble_padded_head(format, {comment, own, options.metric}, text->size() + tail.size());
  Uncompressed made = exposition_reply(format, deadline);
  made.reply.source = std::make_unique<ScrapeBody>(std::move(head.text), std::move(text), std::move(tail));
  made.receipt = std::move(receipt);
  made.padding_place = head.padding_place;
  if (log::enabled(log::Level::debug)) log::debug("scrape", {{"scraper", scraper.id}, {"events", count}});
  co_return made;
}

/// A scrape that may get a batch.
asio::awaitable<Uncompressed> take_turn(Context& context, const http::Request& request, const Options& options,
                                        const exposition::Format& format, const Admitted& admitted,
                                        const SharedConfirmer& confirmer, delivery::Waiting& waiting) {
  const ScraperIdentity& scraper = admitted.scraper;
  const std::chrono::milliseconds timeout = scrape_timeout(request);
  const SteadyTime deadline = reply_deadline(request.arrived, timeout);
  SteadyTime until = latest_take(request.arrived, timeout, context.services.clock.steady());
  Permit permit = Permit::batch;
  if (confirmer != nullptr) {
    const SteadyTime soon = latest_confirmation(timeout, context.services.clock.steady());
    permit = co_await confirmer->before_scrape(waiting, soon);
    if (permit == Permit::batch_soon) until = std::min(until, soon);
    if (permit == Permit::waiting) {
      warn_if_shared(context, request, scraper, admitted.by_proxy);
      co_return without_batch(context, options, format, scraper, confirmer->in_words(permit), deadline,
                              next_number(context, scraper, confirmer));
    }
  }
  std::string name = scraper.id;
  queue::TakeResult taken = co_await context.services.queue.take(std::move(name), waiting, until);
  if (!taken && taken.error() == queue::NoBatch::too_many_scrapers)
    co_return too_many_scrapers(context.services.queue.max_unnamed());
  const bool had_a_place = taken || taken.error() != queue::NoBatch::wait_queue_full;
  const ProxySigns signs = find_proxy_signs(request);
  if (had_a_place) {
    warn_if_shared(context, request, scraper, admitted.by_proxy || signs.proxy == ProxySigns::Proxy::certain);
    warn_of_proxy(context, scraper, signs);
  }
  const SteadyTime gives_up = may_give_up(request.arrived, timeout);
  Result<std::unique_ptr<DeliveryReceipt>, http::Reply> opened =
      open_receipt(context, options, format, scraper, signs, std::move(taken), confirmer, permit, deadline, gives_up);
  if (!opened) co_return std::move(opened.error());
  std::unique_ptr<DeliveryReceipt> receipt = std::move(*opened);
  Uncompressed made = co_await deliver(context, options, format, scraper, std::move(receipt), deadline, waiting);
  co_return made;
}

asio::awaitable<Uncompressed> scrape(Context& context, const http::Request& request, const exposition::Format& format,
                                     delivery::Waiting& waiting) {
  Result<Admitted, http::Reply> admitted = admit(context, request);
  if (!admitted) co_return std::move(admitted.error());
  const ScraperIdentity& scraper = admitted->scraper;
  const std::shared_ptr<const Options> options = context.options;
  const std::chrono::milliseconds timeout = scrape_timeout(request);
  const SteadyTime deadline = reply_deadline(request.arrived, timeout);
  if (admitted->peek) {
    const SteadyTime soon = std::min(deadline, request.arrived + longest_peek);
    http::Reply looked = co_await peek(context, *options, format, scraper, soon, waiting);
    co_return looked;
  }
  const SharedConfirmer confirmer = find_confirmer(context, scraper);
  if (request.pipelined) {
    co_return without_batch(context, *options, format, scraper,
                            "no batch: this request did not wait for the reply before it", deadline,
                            next_number(context, scraper, confirmer));
  }
  Uncompressed made = co_await take_turn(context, request, *options, format, *admitted, confirmer, waiting);
  co_return made;
}

asio::awaitable<http::Reply> answer(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  const ScrapeForm form = form_for(request, *context.options);
  Uncompressed made = co_await scrape(context, request, form.format, waiting);
  if (form.gzip && is_worth_compressing(made.reply)) {
    const BodyPadding padding{form.format, made.padding_place, made.receipt ? min_batch_response : 0};
    http::BodyBudget& budget = context.services.compressed_bodies;
    const bool compressed = co_await compress(made.reply, padding, budget, waiting);
    if (compressed && made.receipt) made.receipt->end_reading();
  }
  made.reply.receipt = std::move(made.receipt);
  co_return std::move(made.reply);
}

}  // namespace

http::Answer get_metrics(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  return answer(context, request, waiting);
}

http::Answer head_metrics(Context& context, const http::Request& request, delivery::Waiting&) {
  Result<Admitted, http::Reply> admitted = admit(context, request);
  if (!admitted) return std::move(admitted.error());
  if (admitted->peek && !context.services.queue.peek(admitted->scraper.id)) return unknown_scraper(admitted->scraper);
  http::Reply reply(200);
  reply.content_type = form_for(request, *context.options).format.content_type();
  reply.extra_headers = vary_line;
  reply.no_store = true;
  return reply;
}

}  // namespace oneshot::app
