// SPDX-License-Identifier: MIT
//
// What scrapes ask for: the log, and the replica that holds a batch.
#include "cluster/scrapes.hpp"

#include <mutex>
#include <utility>
#include <variant>

#include "cluster/asked.hpp"
#include "cluster/copied_batch.hpp"

namespace oneshot::cluster {
namespace {

// A holder that works answers within the time that its connection needs to decide.
constexpr std::chrono::milliseconds answer_patience{600};

}  // namespace

Scrapes::Scrapes(Replica& replica, const Clock& clock, Spawn spawn)
    : replica_(replica), clock_(clock), spawn_(std::move(spawn)) {}

std::shared_ptr<Scrapes> Scrapes::make(Replica& replica, const Clock& clock, Spawn spawn) {
  return std::shared_ptr<Scrapes>(new Scrapes(replica, clock, std::move(spawn)));
}

std::shared_ptr<Asked> Scrapes::ask_log(const Take& take, std::optional<End> end, const Out& taken_over) {
  auto asked = std::make_shared<Asked>();
  asked->taken_over = taken_over;
  if (end) {
    tell_end(std::string(take.scraper), *end, &take, asked);
    return asked;
  }
  replica_.publish(take,
                   [self = shared_from_this(), scraper = std::string(take.scraper), asked](const Applied& applied) {
                     const auto* const outcome = std::get_if<TakeOutcome>(&applied.outcome);
                     if (outcome != nullptr) self->on_outcome(scraper, *outcome, *asked);
                   });
  return asked;
}

// On the thread that applies: nothing can overwrite the events before they are copied.
void Scrapes::on_outcome(const std::string& scraper, const TakeOutcome& outcome, Asked& asked) {
  if (const auto end = end_of_replaced(outcome); end && asked.taken_over.batch != 0)
    takeovers_.note(scraper, asked.taken_over, *end);
  std::unique_ptr<queue::Delivery> delivery;
  if (const auto* const nothing = std::get_if<NothingWaits>(&outcome)) {
    delivery = std::make_unique<ClusterDelivery>(nothing->number);
  } else if (const auto* const taken = std::get_if<Taken>(&outcome)) {
    {
      const std::lock_guard lock(mutex_);
      Local& local = locals_[scraper];
      local.out = taken->out.batch;
      local.is_acknowledged = local.log_has_acknowledged = false;
      local.is_settling = false;
      local.transfer.reset();
    }
    const std::shared_ptr<queue::Ledger> ledger =
        replica_.look([](const Machine& machine) { return machine.ledger(); });
    std::unique_ptr<CopiedBatch> batch;
    {
      const std::lock_guard lock(ledger->mutex);
      batch = std::make_unique<CopiedBatch>(ledger, ledger->table.find(scraper)->batch());
    }
    delivery = std::make_unique<ClusterDelivery>(shared_from_this(), scraper, taken->out, std::move(batch));
  }
  delivery::OneShotEvent::Notifier notify = asked.known.notifier();
  {
    const std::lock_guard lock(asked.mutex);
    if (!asked.given_up) {
      asked.delivery = std::move(delivery);
      if (const auto* const held = std::get_if<HeldBy>(&outcome)) asked.held = *held;
      if (const auto* const none = std::get_if<NoPlace>(&outcome)) asked.none = none->why;
    }
  }
  notify();
}

std::shared_ptr<Holder> Scrapes::ask_holder(std::string_view verb, const std::string& scraper, const Out& out) {
  auto holder = std::make_shared<Holder>();
  note_asked(out.batch);
  replica_.log().ask(out.replica, question(verb, scraper, out.batch), answer_patience,
                     [self = shared_from_this(), batch = out.batch, holder](const std::optional<std::string>& reply) {
                       if (reply) self->note_answer(batch);
                       if (reply == is_settled_reply) holder->said = Holder::Said::settled;
                       if (reply == is_left_reply) holder->said = Holder::Said::left;
                       if (reply == is_busy_reply) holder->said = Holder::Said::busy;
                       if (reply == is_ending_reply) holder->said = Holder::Said::ending;
                       holder->replied.notifier()();
                     });
  return holder;
}

asio::awaitable<void> Scrapes::find_out(std::shared_ptr<Scrapes> self, std::string scraper, Out out,
                                        delivery::Waiting& waiting) {
  if (out.holder != self->replica_.options().publisher) {
    const std::shared_ptr<Holder> holder = self->ask_holder(to_find_out, scraper, out);
    const SteadyTime until = self->clock_.steady() + answer_patience;
    co_await waiting.wait_until(holder->replied, until);
    co_return;
  }
  std::shared_ptr<delivery::Transfer> transfer;
  {
    const std::lock_guard lock(self->mutex_);
    const auto local = self->locals_.find(scraper);
    if (local != self->locals_.end() && local->second.out == out.batch && !local->second.is_settling)
      transfer = local->second.transfer.lock();
  }
  if (transfer != nullptr) static_cast<void>(co_await transfer->resolve());
  co_await waiting.pause(look_again);
}

}  // namespace oneshot::cluster
