// SPDX-License-Identifier: MIT
#include "app/scrape/take_batch.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/refusals/refusal_log.hpp"
#include "app/scrape/batch_receipt.hpp"
#include "app/scrape/deliver.hpp"
#include "app/scrape/exposition_reply.hpp"
#include "app/scrape/proxy/proxy_signs.hpp"
#include "app/scrape/proxy/proxy_warning.hpp"
#include "app/scrape/refusals.hpp"
#include "app/scrape/scrape_deadline.hpp"
#include "app/scrape/shared_scraper_warning.hpp"
#include "base/result.hpp"
#include "confirm/judge.hpp"

namespace oneshot::app {
namespace {

using Permit = confirm::Judge::Permit;

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

/// Of what a scraper that has a place shows about itself.
void warn_about(const Scrape& scrape, const ProxySigns& signs) {
  const bool by_proxy = scrape.admitted.by_proxy || signs.proxy == ProxySigns::Proxy::certain;
  warn_if_shared(scrape.context, scrape.request, scrape.scraper(), by_proxy);
  warn_of_proxy(scrape.context, scrape.scraper(), signs);
}

/// For a batch with nothing in it, or one that must not go out yet.
http::Reply without_its_events(const Scrape& scrape, std::unique_ptr<queue::Delivery> batch, Permit permit) {
  const std::uint64_t number = batch->number();
  batch->hold_back();
  batch.reset();  // nothing to be received: nothing in flight
  if (scrape.confirmer != nullptr) scrape.confirmer->issued(number);
  if (permit == Permit::batch || permit == Permit::batch_soon)
    return without_batch(scrape, "0 events in this batch", number);
  return without_batch(scrape, scrape.confirmer->in_words(permit), number);
}

/// The receipt of the batch that was taken; or the reply without one.
Result<std::unique_ptr<DeliveryReceipt>, http::Reply> open_receipt(const Scrape& scrape, const ProxySigns& signs,
                                                                   queue::TakeResult taken, Permit permit) {
  if (!taken) return Unexpected{without_batch(scrape, in_words(taken.error()), next_number(scrape))};
  if ((*taken)->count() == 0 || permit == Permit::unseen)
    return Unexpected{without_its_events(scrape, std::move(*taken), permit)};
  return receipt_for(scrape, signs, std::move(*taken));
}

}  // namespace

// A false warning of GCC 12 about the frame of a coroutine whose allocation it inlines and whose release it does not
// (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=109224).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

asio::awaitable<UncompressedReply> take_batch(const Scrape& scrape, delivery::Waiting& waiting) {
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
  const queue::Coming coming(scrape.admitted.origin.site(), scrape.admitted.since_unix_ms,
                             reply_deadline(scrape.request.arrived, scrape.timeout));
  queue::TakeResult taken = co_await context.services.queue.take(std::move(name), coming, waiting, until);
  std::optional<http::Reply> refused = refuse_new_scraper(scrape, taken);
  if (refused) co_return std::move(*refused);
  const bool had_a_place = taken || taken.error() != queue::NoBatch::wait_queue_full;
  const ProxySigns signs = find_proxy_signs(scrape.request);
  if (had_a_place) warn_about(scrape, signs);
  Result<std::unique_ptr<DeliveryReceipt>, http::Reply> opened = open_receipt(scrape, signs, std::move(taken), permit);
  if (!opened) co_return std::move(opened.error());
  std::unique_ptr<DeliveryReceipt> receipt = std::move(*opened);
  auto delivering = deliver(scrape, std::move(receipt), waiting);
  UncompressedReply made = co_await std::move(delivering);
  co_return made;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

}  // namespace oneshot::app
