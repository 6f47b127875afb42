// SPDX-License-Identifier: MIT
//
// A scrape in six steps: who is it and may it (admit_scrape), its turn in the wait queue of its scraper (take_batch),
// memory for the work (batch_memory), the length of the events (measure), the reply around them (deliver), and
// compressing a long one (compress). All but the first and the fifth wait.
// The batch belongs to the receipt from the moment it is taken: if a coroutine ends early, its destruction puts the
// batch back.
#include "app/scrape/get_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "app/scrape/admit_scrape.hpp"
#include "app/scrape/compress.hpp"
#include "app/scrape/exposition_reply.hpp"
#include "app/scrape/padded_head.hpp"
#include "app/scrape/peek.hpp"
#include "app/scrape/refusals.hpp"
#include "app/scrape/scrape.hpp"
#include "app/scrape/scrape_body.hpp"
#include "app/scrape/scrape_deadline.hpp"
#include "app/scrape/scrape_form.hpp"
#include "app/scrape/take_batch.hpp"
#include "app/scrape/worth.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"

namespace oneshot::app {
namespace {

SharedConfirmer find_confirmer(const Context& context, const ScraperIdentity& scraper) {
  const confirm::Confirmers* const all = context.services.confirmers;
  return all == nullptr ? nullptr : all->find(scraper.id);
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

// A false warning of GCC 12 about the frame of a coroutine whose allocation it inlines and whose release it does not
// (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=109224).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

asio::awaitable<UncompressedReply> scrape(Context& context, const http::Request& request, const std::string& bound,
                                          const exposition::Format& format, const Worth& worth,
                                          delivery::Waiting& waiting) {
  Result<AdmittedScrape, http::Reply> admitted = admit_scrape(context, request, bound);
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
  UncompressedReply made = co_await take_batch(scrape, waiting);
  if (made.reply.status == 200) made.reply.scraper = number_of(scrape.scraper());
  co_return made;
}

/// Only what goes out is a scrape: a batch that is withdrawn before that was never sent.
void log_scrape(const UncompressedReply& made) {
  if (!made.receipt || !log::enabled(log::Level::debug)) return;
  log::debug("scrape", {{"scraper", made.scraper}, {"events", made.receipt->count()}});
}

/// The name that the client of this call is bound to.
std::string bound_name(const Context& context) { return context.client == nullptr ? "" : context.client->scraper; }

asio::awaitable<http::Reply> answer(Context& context, const http::Request& request, std::string bound,
                                    delivery::Waiting& waiting) {
  const ScrapeForm form = form_for(request, *context.options);
  const Worth worth(context.services.clock, waiting);
  UncompressedReply made = co_await scrape(context, request, bound, form.format, worth, waiting);
  if (form.gzip && is_worth_compressing(made.reply)) {
    const BodyPadding padding{form.format, made.padding_place, made.receipt ? min_batch_response : 0};
    http::MemoryBudget& budget = context.services.memory;
    const Compressed compressed = co_await compress(made.reply, padding, budget, worth, waiting);
    if (compressed == Compressed::ended) co_return ended_before_the_reply();
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
  Result<AdmittedScrape, http::Reply> admitted = admit_scrape(context, request, bound_name(context));
  if (!admitted) return std::move(admitted.error());
  http::Reply reply(200);
  reply.content_type = form_for(request, *context.options).format.content_type();
  reply.extra_headers = vary_line;
  reply.no_store = true;
  return reply;
}

}  // namespace oneshot::app
