// SPDX-License-Identifier: MIT
//
// A scrape in six steps: who is it and may it (admit), its turn in the wait queue of its scraper (Queue::take), memory
// for the work (borrow), the length of the events (measure), the reply around them, and compressing a long one. All but
// the first and the fifth wait.
// Where the scraper's own API confirms deliveries, a scrape first waits a moment for its answer about the batch before.
// The batch belongs to the receipt from the moment it is taken: if a coroutine ends early, its destruction puts the
// batch back.
#include "app/scrape/get_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/browser.hpp"
#include "app/moment.hpp"
#include "app/own_metrics/own_metrics.hpp"
#include "app/refusal_log.hpp"
#include "app/scrape/compress.hpp"
#include "app/scrape/delivery_receipt.hpp"
#include "app/scrape/families.hpp"
#include "app/scrape/proxy_signs.hpp"
#include "app/scrape/proxy_warning.hpp"
#include "app/scrape/refusals.hpp"
#include "app/scrape/scrape_body.hpp"
#include "app/scrape/scrape_deadline.hpp"
#include "app/scrape/scrape_form.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "app/scrape/shared_scraper_warning.hpp"
#include "app/scrape/working_memory.hpp"
#include "app/scrape/worth.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "http/status.hpp"

namespace oneshot::app {
namespace {

// How long a client that only looks may take to read: meanwhile the log keeps what is shown.
constexpr std::chrono::seconds longest_peek{5};
// The same while others wait for their turn.
constexpr std::chrono::seconds longest_crowded_peek{1};
// A scrape waits so long for memory that others have; then its events go out with a later one.
constexpr std::chrono::seconds longest_wait_for_memory{1};
constexpr std::chrono::milliseconds memory_step{20};  // between two questions

struct Admitted {
  ScraperIdentity scraper;
  Address origin;
  bool peek = false;
  bool events = true;
  bool by_proxy = false;
  std::optional<std::int64_t> since_unix_ms{};
};

/// Who scrapes, which authorize() has let in; or the reply that says what is wrong with the query.
/// `bound` is the name that the client has to scrape by; empty: any.
Result<Admitted, http::Reply> admit(Context& context, const http::Request& request, const std::string& bound) {
  const Origin origin = find_origin(request, *context.options);
  Result<MetricsQuery> query = parse_metrics_query(request.query);
  if (!query) {
    log_refused_scrape(context, {request.peer, origin.address, http::status::bad_request}, ScrapeRefusal::bad_query,
                       query.error());
    return Unexpected{refusal(http::status::bad_request, std::move(query.error()))};
  }
  if (!bound.empty()) query->scraper = bound;
  // Whoever looks with a browser takes no scraper's events.
  Admitted admitted{identify(*query, origin.address), origin.address, query->peek || is_view_of_browser(request),
                    query->events, origin.by_proxy};
  if (!query->since.empty())
    admitted.since_unix_ms = parse_moment("since", query->since, context.services.clock.unix_ms()).value();
  return admitted;
}

std::string events_in_words(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " event" : " events"); }

/// A reply whose body is still text.
struct Uncompressed {
  Uncompressed() = default;
  Uncompressed(http::Reply r) : reply(std::move(r)) {}  // NOLINT(google-explicit-constructor): one without a batch

  http::Reply reply;
  std::unique_ptr<DeliveryReceipt> receipt;  ///< of the batch in it
  std::size_t padding_place = 0;             ///< where padding goes, if there is a batch
  std::string scraper;                       ///< whose batch
};

using SharedConfirmer = std::shared_ptr<confirm::Confirmer>;
using SharedLease = std::shared_ptr<delivery::Lease>;

/// One request with what its answer goes by. Lives in the frame of scrape(), which awaits all that has it.
struct Scrape {
  Context& context;
  const http::Request& request;
  const std::shared_ptr<const Options> options;  // a reload puts another one into the context
  const exposition::Format& format;
  const Admitted admitted;
  const SharedConfirmer confirmer;  // null where nobody confirms what this scraper has got
  const std::chrono::milliseconds timeout;
  const SteadyTime deadline;
  const Worth& worth;

  [[nodiscard]] const ScraperIdentity& scraper() const noexcept { return admitted.scraper; }
  [[nodiscard]] const std::string& id() const noexcept { return admitted.scraper.id; }
};

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

std::unique_ptr<EventText> event_text(const Scrape& scrape, const queue::Batch& events) {
  const Services& services = scrape.context.services;
  if (!services.queue.explicit_timestamps()) return merged_event_text(events, *scrape.options, scrape.format);
  const std::int64_t now = services.clock.unix_ms();
  if (scrape.format.groups_series()) return grouped_event_text(events, *scrape.options, scrape.format, now);
  return timed_event_text(events, *scrape.options, scrape.format, now);
}

http::Reply exposition_reply(const Scrape& scrape) {
  http::Reply reply(200);
  reply.content_type = scrape.format.content_type();
  reply.extra_headers = vary_line;
  reply.no_store = true;
  reply.deadline = scrape.deadline;
  return reply;
}

/// `number` is that of the exposition; 0 for one that is no scrape.
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

/// False: nobody waits for this text any more, or its events have to make room.
asio::awaitable<bool> measure(const Scrape& scrape, EventText& text, const SharedLease& lease,
                              delivery::Waiting& waiting) {
  while (text.measure_next()) {
    co_await waiting.yield();
    if (scrape.worth.is_over(scrape.deadline, lease.get())) co_return false;
  }
  co_return true;
}

http::Reply ended() {
  return refusal(
      503, "the client has left, its time was over, or the event log needed the room, before the events were ready");
}

std::size_t memory_of(const Scrape& scrape, std::uint64_t events) {
  return working_memory(events, scrape.context.services.queue.explicit_timestamps());
}

SteadyTime peek_deadline(const Scrape& scrape) {
  const bool others_wait = scrape.context.peeks.waiting() > 0;
  const SteadyTime longest =
      scrape.context.services.clock.steady() + (others_wait ? longest_crowded_peek : longest_peek);
  return std::min(reply_deadline(scrape.request.arrived, scrape.timeout), longest);
}

asio::awaitable<http::Reply> peek(const Scrape& scrape, delivery::Waiting& waiting) {
  BodyHolds holds;
  auto turn = scrape.context.peeks.take(waiting, scrape.request.arrived + longest_peek);
  holds.turn = co_await std::move(turn);
  if (!holds.turn) co_return busy("too many look at the events at once; try again in a second");
  http::MemoryBudget& memory = scrape.context.services.memory;
  queue::Queue& queue = scrape.context.services.queue;
  std::unique_ptr<queue::Batch> events = queue.peek(scrape.id());
  if (events == nullptr) co_return without_batch(scrape, "not known: it has not scraped yet, or was forgotten", 0);
  if (queue.above_high_watermark()) {
    events.reset();
    co_return without_batch(scrape, "only looked at: the event log is nearly full, so its events are not shown", 0);
  }
  if (!holds.memory.grow_to(memory, memory_of(scrape, events->size()), http::MemoryBudget::Use::spare)) {
    memory.note_refusal();
    co_return busy("server.max_memory_mib is used up by other connections");
  }
  const SharedLease lease = events->lease();
  auto text = event_text(scrape, *events);
  const bool measured = co_await measure(scrape, *text, lease, waiting);
  if (!measured) co_return ended();

  const std::string own = own_metrics(scrape, 0);
  const std::string comment = comment_for(scrape.scraper(), "only looked at: " + events_in_words(events->size()));
  Head head = assemble_head(scrape.format, {comment, own, text->families()});
  http::Reply reply = exposition_reply(scrape);
  reply.deadline = peek_deadline(scrape);
  reply.source = std::make_unique<ScrapeBody>(std::move(head.text), std::move(events), std::move(text),
                                              assemble_tail(scrape.format, scrape.id(), 0), std::move(holds));
  reply.lease = lease;
  co_return reply;
}

void log_what_is_refused(const Scrape& scrape, const EventText& text) {
  if (text.out_of_order() == 0) return;
  log::warn("the clock was set back: a Prometheus that has later samples of these series refuses these events",
            {{"scraper", scrape.id()}, {"events", text.out_of_order()}, {"first", text.first_out_of_order()}});
}

using Permit = confirm::Judge::Permit;

SharedConfirmer find_confirmer(const Context& context, const ScraperIdentity& scraper) {
  const confirm::Confirmers* const all = context.services.confirmers;
  return all == nullptr ? nullptr : all->find(scraper.id);
}

/// The number of an exposition without a batch; 0 where the scraper is not known yet.
std::uint64_t next_number(const Scrape& scrape) {
  const std::uint64_t number = scrape.context.services.queue.next_number(scrape.id());
  if (scrape.confirmer != nullptr && number != 0) scrape.confirmer->issued(number);
  return number;
}

/// For a batch with nothing in it, or one that must not go out yet.
http::Reply without_its_events(const Scrape& scrape, std::unique_ptr<queue::Delivery> batch, Permit permit) {
  const std::uint64_t number = batch->number();
  batch.reset();  // nothing to be received: nothing in flight
  if (scrape.confirmer != nullptr) scrape.confirmer->issued(number);
  if (permit == Permit::batch || permit == Permit::batch_soon)
    return without_batch(scrape, "0 events in this batch", number);
  return without_batch(scrape, scrape.confirmer->in_words(permit), number);
}

delivery::Reader::Peer peer_of(const ProxySigns& signs, ProxyWatch::Way way) noexcept {
  if (way == ProxyWatch::Way::by_relay) return delivery::Reader::Peer::proxy;
  switch (signs.proxy) {
    case ProxySigns::Proxy::none:
      return way == ProxyWatch::Way::in_doubt ? delivery::Reader::Peer::doubtful : delivery::Reader::Peer::itself;
    case ProxySigns::Proxy::perhaps:
      break;
    case ProxySigns::Proxy::certain:
      return delivery::Reader::Peer::proxy;
  }
  return delivery::Reader::Peer::unknown;
}

std::unique_ptr<DeliveryReceipt> receipt_for(const Scrape& scrape, const ProxySigns& signs,
                                             std::unique_ptr<queue::Delivery> batch) {
  ProxyWatch& watch = scrape.context.services.proxy_watch;
  const ProxyWatch::Way way = watch.way_of(scrape.id());
  const delivery::Reader reader{.peer = peer_of(signs, way),
                                .may_give_up = may_give_up(scrape.request.arrived, scrape.timeout)};
  auto receipt = std::make_unique<DeliveryReceipt>(std::move(batch), reader);
  if ((signs.proxy == ProxySigns::Proxy::perhaps && signs.closes) || way == ProxyWatch::Way::in_doubt)
    receipt->conclude_by(watch, scrape.id());
  if (reader.peer == delivery::Reader::Peer::itself || reader.peer == delivery::Reader::Peer::doubtful)
    receipt->tell_idle_reset(watch, scrape.id());
  if (scrape.confirmer != nullptr) receipt->confirm_by(scrape.confirmer, scrape.options->metric);
  return receipt;
}

/// The receipt of the batch that was taken; or the reply without one.
Result<std::unique_ptr<DeliveryReceipt>, http::Reply> open_receipt(const Scrape& scrape, const ProxySigns& signs,
                                                                   queue::TakeResult taken, Permit permit) {
  if (!taken) return Unexpected{without_batch(scrape, in_words(taken.error()), next_number(scrape))};
  if ((*taken)->count() == 0 || permit == Permit::unseen)
    return Unexpected{without_its_events(scrape, std::move(*taken), permit)};
  return receipt_for(scrape, signs, std::move(*taken));
}

/// Nothing: the budget has no memory for so many events, and had none for a while.
asio::awaitable<std::optional<http::MemoryBudget::Lease>> borrow(const Scrape& scrape, std::uint64_t events,
                                                                 delivery::Waiting& waiting) {
  http::MemoryBudget& memory = scrape.context.services.memory;
  const Clock& clock = scrape.context.services.clock;
  const SteadyTime until = std::min(clock.steady() + longest_wait_for_memory, scrape.deadline);
  // One that needs more than there is at all has to go out some time: then it is all of it.
  const std::size_t needed = std::min(memory_of(scrape, events), memory.limit());
  http::MemoryBudget::Lease lease;
  while (!lease.grow_to(memory, needed, http::MemoryBudget::Use::batch)) {
    if (clock.steady() >= until || waiting.stopping() || waiting.peer_closed()) {
      memory.note_refusal();
      co_return std::nullopt;
    }
    co_await waiting.pause(memory_step);
  }
  co_return std::optional<http::MemoryBudget::Lease>(std::move(lease));
}

asio::awaitable<Uncompressed> deliver(const Scrape& scrape, std::unique_ptr<DeliveryReceipt> receipt,
                                      http::MemoryBudget::Lease memory, delivery::Waiting& waiting) {
  const std::uint64_t count = receipt->count();
  const SharedLease lease = receipt->batch().lease();
  auto text = event_text(scrape, receipt->batch());
  const bool measured = co_await measure(scrape, *text, lease, waiting);
  if (!measured) co_return ended();  // the batch goes back as one that was never sent
  log_what_is_refused(scrape, *text);
  receipt->goes_out_as(text->families().named());

  const std::string own = own_metrics(scrape, count);
  const std::string comment = comment_for(scrape.scraper(), events_in_words(count) + " in this batch");
  std::string tail = assemble_tail(scrape.format, scrape.id(), receipt->number());
  Head head = assemble_padded_head(scrape.format, {comment, own, text->families()}, text->size() + tail.size());
  Uncompressed made = exposition_reply(scrape);
  BodyHolds holds{std::move(memory), Turns::Turn()};
  made.reply.source =
      std::make_unique<ScrapeBody>(std::move(head.text), std::move(text), std::move(tail), std::move(holds));
  made.reply.lease = lease;
  made.reply.closes = scrape.context.services.proxy_watch.way_of(scrape.id()) == ProxyWatch::Way::in_doubt;
  made.receipt = std::move(receipt);
  made.padding_place = head.padding_place;
  made.scraper = scrape.id();
  co_return made;
}

/// Where a new scraper gets no place: the reply that says so.
std::optional<http::Reply> refuse_new_scraper(const Scrape& scrape, const queue::TakeResult& taken) {
  if (taken) return std::nullopt;
  const bool of_address = taken.error() == queue::NoBatch::too_many_of_origin;
  if (!of_address && taken.error() != queue::NoBatch::too_many_scrapers) return std::nullopt;
  const std::size_t max = scrape.context.services.queue.max_unnamed();
  http::Reply reply = of_address ? too_many_of_address(max) : too_many_scrapers(max);
  const std::string why = "scraper \"" + scrape.id() + "\" is new: " + reply.body.substr(0, reply.body.size() - 1);
  const ScrapeRefusal reason = of_address ? ScrapeRefusal::too_many_of_address : ScrapeRefusal::too_many_scrapers;
  log_refused_scrape(scrape.context, {scrape.request.peer, scrape.admitted.origin, reply.status}, reason, why);
  return reply;
}

/// As deliver(), or without a batch where there is no memory for it: its events wait for a later scrape.
asio::awaitable<Uncompressed> deliver_with_memory(const Scrape& scrape, std::unique_ptr<DeliveryReceipt> receipt,
                                                  delivery::Waiting& waiting) {
  auto borrowing = borrow(scrape, receipt->count(), waiting);
  std::optional<http::MemoryBudget::Lease> memory = co_await std::move(borrowing);
  if (!memory) {
    const std::uint64_t number = receipt->number();
    receipt.reset();
    if (scrape.confirmer != nullptr) scrape.confirmer->issued(number);
    co_return without_batch(scrape, "no batch: server.max_memory_mib is used up by other connections", number);
  }
  auto delivering = deliver(scrape, std::move(receipt), std::move(*memory), waiting);
  Uncompressed made = co_await std::move(delivering);
  co_return made;
}

// A false warning of GCC 12 about the frame of a coroutine whose allocation it inlines and whose release it does not
// (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=109224).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

/// A scrape that may get a batch.
asio::awaitable<Uncompressed> take_turn(const Scrape& scrape, delivery::Waiting& waiting) {
  Context& context = scrape.context;
  const Clock& clock = context.services.clock;
  SteadyTime until = latest_take(scrape.request.arrived, scrape.timeout, clock.steady());
  Permit permit = Permit::batch;
  if (scrape.confirmer != nullptr) {
    const SteadyTime soon = latest_confirmation(scrape.timeout, clock.steady());
    permit = co_await scrape.confirmer->before_scrape(waiting, soon);
    if (permit == Permit::batch_soon) until = std::min(until, soon);
    if (permit == Permit::waiting) {
      warn_if_shared(context, scrape.request, scrape.scraper(), scrape.admitted.by_proxy);
      co_return without_batch(scrape, scrape.confirmer->in_words(permit), next_number(scrape));
    }
  }
  std::string name = scrape.id();
  const queue::Coming coming(scrape.admitted.origin.site(), scrape.admitted.since_unix_ms);
  queue::TakeResult taken = co_await context.services.queue.take(std::move(name), coming, waiting, until);
  std::optional<http::Reply> refused = refuse_new_scraper(scrape, taken);
  if (refused) co_return std::move(*refused);
  const bool had_a_place = taken || taken.error() != queue::NoBatch::wait_queue_full;
  const ProxySigns signs = find_proxy_signs(scrape.request);
  if (had_a_place) {
    const bool by_proxy = scrape.admitted.by_proxy || signs.proxy == ProxySigns::Proxy::certain;
    warn_if_shared(context, scrape.request, scrape.scraper(), by_proxy);
    warn_of_proxy(context, scrape.scraper(), signs);
  }
  Result<std::unique_ptr<DeliveryReceipt>, http::Reply> opened = open_receipt(scrape, signs, std::move(taken), permit);
  if (!opened) co_return std::move(opened.error());
  std::unique_ptr<DeliveryReceipt> receipt = std::move(*opened);
  auto delivering = deliver_with_memory(scrape, std::move(receipt), waiting);
  Uncompressed made = co_await std::move(delivering);
  co_return made;
}

/// For http::Reply::scraper: no client can choose a name with the number of another one's.
std::uint64_t number_of(const ScraperIdentity& scraper) {
  static const Seed seed = random_seed();
  return hash_bytes(scraper.id, seed) | 1;
}

SteadyTime deadline_of(const http::Request& request, std::chrono::milliseconds timeout, bool peek) {
  const SteadyTime deadline = reply_deadline(request.arrived, timeout);
  return peek ? std::min(deadline, request.arrived + longest_peek) : deadline;
}

asio::awaitable<Uncompressed> scrape(Context& context, const http::Request& request, const std::string& bound,
                                     const exposition::Format& format, const Worth& worth, delivery::Waiting& waiting) {
  Result<Admitted, http::Reply> admitted = admit(context, request, bound);
  if (!admitted) co_return std::move(admitted.error());
  const bool peeks = admitted->peek;
  const std::chrono::milliseconds timeout = scrape_timeout(request);
  SharedConfirmer confirmer = peeks ? nullptr : find_confirmer(context, admitted->scraper);
  const SteadyTime deadline = deadline_of(request, timeout, peeks);
  const Scrape scrape{context,  request, context.options, format, std::move(*admitted), std::move(confirmer), timeout,
                      deadline, worth};
  if (!scrape.admitted.events) co_return without_batch(scrape, "own metrics alone, as events=0 says", 0);
  if (peeks) {
    http::Reply looked = co_await peek(scrape, waiting);
    co_return looked;
  }
  if (request.pipelined) {
    co_return without_batch(scrape, "no batch: this request did not wait for the reply before it", next_number(scrape));
  }
  Uncompressed made = co_await take_turn(scrape, waiting);
  if (made.reply.status == 200) made.reply.scraper = number_of(scrape.scraper());
  co_return made;
}

/// Only what goes out is a scrape: a batch that is withdrawn before that was never sent.
void log_scrape(const Uncompressed& made) {
  if (!made.receipt || !log::enabled(log::Level::debug)) return;
  log::debug("scrape", {{"scraper", made.scraper}, {"events", made.receipt->count()}});
}

/// The name that the client of this call is bound to.
std::string bound_name(const Context& context) { return context.client == nullptr ? "" : context.client->scraper; }

asio::awaitable<http::Reply> answer(Context& context, const http::Request& request, std::string bound,
                                    delivery::Waiting& waiting) {
  const ScrapeForm form = form_for(request, *context.options);
  const Worth worth(context.services.clock, waiting);
  Uncompressed made = co_await scrape(context, request, bound, form.format, worth, waiting);
  if (form.gzip && is_worth_compressing(made.reply)) {
    const BodyPadding padding{form.format, made.padding_place, made.receipt ? min_batch_response : 0};
    http::MemoryBudget& budget = context.services.memory;
    const Compressed compressed = co_await compress(made.reply, padding, budget, worth, waiting);
    if (compressed == Compressed::ended) co_return ended();
    if (compressed == Compressed::yes) made.reply.lease.reset();
    if (compressed == Compressed::yes && made.receipt) made.receipt->end_reading();
  }
  log_scrape(made);
  made.reply.receipt = std::move(made.receipt);
  co_return std::move(made.reply);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

}  // namespace

http::Answer get_metrics(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  return answer(context, request, bound_name(context), waiting);
}

http::Answer head_metrics(Context& context, const http::Request& request, delivery::Waiting&) {
  Result<Admitted, http::Reply> admitted = admit(context, request, bound_name(context));
  if (!admitted) return std::move(admitted.error());
  http::Reply reply(200);
  reply.content_type = form_for(request, *context.options).format.content_type();
  reply.extra_headers = vary_line;
  reply.no_store = true;
  return reply;
}

}  // namespace oneshot::app
