// SPDX-License-Identifier: MIT
#include "app/scrape/peek.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "app/scrape/batch_memory.hpp"
#include "app/scrape/exposition_reply.hpp"
#include "app/scrape/measure.hpp"
#include "app/scrape/padded_head.hpp"
#include "app/scrape/refusals.hpp"
#include "app/scrape/scrape_body.hpp"
#include "app/scrape/scrape_deadline.hpp"

namespace oneshot::app {
namespace {

// From when the events are ready, while others wait for their turn.
constexpr std::chrono::seconds longest_peek_with_others{1};

SteadyTime peek_deadline(const Scrape& scrape) {
  const bool others_wait = scrape.context.peeks.waiting() > 0;
  const SteadyTime longest =
      scrape.context.services.clock.steady() + (others_wait ? longest_peek_with_others : longest_peek);
  return std::min(reply_deadline(scrape.request.arrived, scrape.timeout), longest);
}

}  // namespace

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
  if (!holds.memory.grow_to(memory, memory_of(scrape, *events), http::MemoryBudget::Use::spare)) {
    memory.note_refusal();
    co_return busy("server.max_memory_mib is used up by other connections");
  }
  const SharedLease lease = events->lease();
  auto text = event_text(scrape, *events);
  const bool measured = co_await measure(scrape, *text, lease, waiting);
  if (!measured) co_return ended_before_the_reply();

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

}  // namespace oneshot::app
