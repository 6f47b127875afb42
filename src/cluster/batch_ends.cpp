// SPDX-License-Identifier: MIT
//
// What becomes of the batches that this replica sends, on its way to the log and to the replicas that ask. An end that
// the log has to be told goes with the scraper's next request for a batch where that comes at once, in one record.
#include <charconv>
#include <utility>

#include "cluster/scrapes.hpp"

namespace oneshot::cluster {
namespace {

// An end waits so long for the request that comes with it: on the same connection both are read at once, and who asks
// on another connection is woken by the end.
constexpr std::chrono::milliseconds next_comes_within{20};

}  // namespace

void Scrapes::in_transfer(std::string_view scraper, BatchId batch, std::weak_ptr<delivery::Transfer> transfer) {
  queue::WaitQueue::Wake next;
  {
    const std::lock_guard lock(mutex_);
    const auto local = locals_.find(scraper);
    if (local == locals_.end() || local->second.out != batch) return;
    local->second.transfer = std::move(transfer);
    next = local->second.wait_queue.wake_first();  // to ask about this one
  }
  queue::notify(next);
}

void Scrapes::acknowledged(std::string_view scraper, BatchId batch) {
  {
    const std::lock_guard lock(mutex_);
    const auto local = locals_.find(scraper);
    if (local != locals_.end() && local->second.out == batch) local->second.is_acknowledged = true;
  }
  replica_.publish(Acknowledge{.scraper = scraper, .batch = batch}, nullptr);
}

void Scrapes::settle(std::string_view scraper, BatchId batch, delivery::Outcome outcome, const queue::LastBatch& end) {
  std::optional<End> now =
      End{.batch = batch, .outcome = outcome, .how = end.end, .reason = end.reason, .since = clock_.steady()};
  queue::WaitQueue::Wake next;
  {
    const std::lock_guard lock(mutex_);
    const auto local = locals_.find(scraper);
    const bool is_ours = local != locals_.end() && local->second.out == batch;
    if (is_ours) local->second.is_settling = true;
    // Were this replica killed now, the log would come to the same end by itself.
    if (is_ours && local->second.is_acknowledged && outcome == delivery::Outcome::delivered &&
        local->second.asks.empty()) {
      local->second.owed = std::exchange(now, std::nullopt);
      next = local->second.wait_queue.wake_first();
    }
  }
  queue::notify(next);
  if (now) tell_end(std::string(scraper), *now);
}

void Scrapes::tell_end(const std::string& scraper, const End& end, const Take* then, std::shared_ptr<Asked> asked) {
  Settle settle{.scraper = scraper, .batch = end.batch, .outcome = end.outcome, .end = end.how, .reason = end.reason};
  if (then != nullptr) settle.then = *then;
  replica_.publish(settle, [self = shared_from_this(), name = scraper, batch = end.batch,
                            asked = std::move(asked)](const Applied& applied) {
    self->on_settled(name, batch);
    const auto* const outcome = std::get_if<SettleOutcome>(&applied.outcome);
    if (outcome != nullptr && outcome->then) self->on_outcome(name, *outcome->then, *asked);
  });
}

void Scrapes::pulse() {
  tell_ends_of_before(clock_.steady() - next_comes_within);
  keep_log_going();
}

void Scrapes::tell_all_ends() { tell_ends_of_before(SteadyTime::max()); }

void Scrapes::tell_ends_of_before(SteadyTime before) {
  std::vector<std::pair<std::string, End>> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, local] : locals_)
      if (local.owed && local.owed->since <= before) due.emplace_back(name, *take_owed(local));
  }
  for (const auto& [name, end] : due) tell_end(name, end);
}

void Scrapes::on_settled(const std::string& scraper, BatchId batch) {
  queue::WaitQueue::Wake next;
  std::vector<OrderedLog::Reply> asks;
  {
    const std::lock_guard lock(mutex_);
    const auto local = locals_.find(scraper);
    if (local == locals_.end() || local->second.out != batch) return;
    local->second.out = 0;
    local->second.is_settling = false;
    asks.swap(local->second.asks);
    next = local->second.wait_queue.wake_first();
    if (local->second.is_idle()) locals_.erase(local);
  }
  queue::notify(next);
  for (const OrderedLog::Reply& reply : asks) reply(std::string(is_settled_reply));
}

void Scrapes::answer(const std::string& question, OrderedLog::Reply reply) {
  BatchId batch = 0;
  const char* const end = question.data() + question.size();
  const char* const space = std::from_chars(question.data(), end, batch).ptr;
  const std::string scraper(space == end ? space : space + 1, end);
  std::shared_ptr<delivery::Transfer> transfer;
  std::optional<End> owed;
  {
    const std::lock_guard lock(mutex_);
    const auto local = locals_.find(scraper);
    if (local == locals_.end() || local->second.out != batch) return reply(std::string(is_settled_reply));
    if (!local->second.is_settling) transfer = local->second.transfer.lock();
    if (!local->second.is_settling && transfer == nullptr) return reply(std::string(is_busy_reply));
    local->second.asks.push_back(std::move(reply));
    owed = take_owed(local->second);
  }
  if (owed) tell_end(scraper, *owed);
  if (transfer != nullptr) spawn_(resolve(shared_from_this(), scraper, batch, std::move(transfer)));
}

// What it decides is settled, and read back, before the answer goes out.
asio::awaitable<void> Scrapes::resolve(std::shared_ptr<Scrapes> self, std::string scraper, BatchId batch,
                                       std::shared_ptr<delivery::Transfer> transfer) {
  const delivery::Transfer::State state = co_await transfer->resolve();
  if (state == delivery::Transfer::State::settled) co_return;
  std::vector<OrderedLog::Reply> asks;
  {
    const std::lock_guard lock(self->mutex_);
    const auto local = self->locals_.find(scraper);
    if (local != self->locals_.end() && local->second.out == batch) asks.swap(local->second.asks);
  }
  for (const OrderedLog::Reply& reply : asks) reply(std::string(is_busy_reply));
}

}  // namespace oneshot::cluster
