// SPDX-License-Identifier: MIT
//
// What becomes of the batches that this replica sends, on its way to the log and to the replicas that ask. An end that
// the log has to be told goes with the scraper's next request for a batch where that comes at once, in one record.
#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "cluster/scrapes.hpp"

namespace oneshot::cluster {
namespace {

// An end waits so long for the request that comes with it: on the same connection both are read at once, and who asks
// on another connection is woken by the end.
constexpr std::chrono::milliseconds next_comes_within{20};
// Another replica that has the end left to it takes the next batch at once, in one record. It may be killed before.
constexpr std::chrono::milliseconds asker_takes_within{1000};
// A record is read back within milliseconds. Less than any asker waits for an answer: see Taking::patient_until().
constexpr std::chrono::milliseconds end_is_read_within{100};

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
  replica_.publish(Acknowledge{.scraper = scraper, .batch = batch},
                   [self = shared_from_this(), name = std::string(scraper), batch](const Applied&) {
                     const std::lock_guard lock(self->mutex_);
                     const auto local = self->locals_.find(name);
                     if (local != self->locals_.end() && local->second.out == batch)
                       local->second.log_has_acknowledged = true;
                   });
}

void Scrapes::settle(std::string_view scraper, BatchId batch, delivery::Outcome outcome, const queue::LastBatch& end) {
  std::optional<End> now = End{.batch = batch, .outcome = outcome, .how = end.end, .reason = end.reason};
  queue::WaitQueue::Wake next;
  std::vector<Question> left;
  {
    const std::lock_guard lock(mutex_);
    const auto local = locals_.find(scraper);
    const bool is_ours = local != locals_.end() && local->second.out == batch;
    if (is_ours) local->second.is_settling = true;
    if (is_ours && outcome == delivery::Outcome::delivered && can_wait(local->second)) {
      left.swap(local->second.asks);
      owe(local->first, local->second, *std::exchange(now, std::nullopt), !left.empty());
      next = local->second.wait_queue.wake_first();
    }
  }
  queue::notify(next);
  for (const Question& one : left) one.reply(std::string(is_left_reply));
  if (now) tell_end(std::string(scraper), *now);
}

// Were this replica killed now, the log would come to the same end by itself: of who asks, only once it has read that
// all is acknowledged.
bool Scrapes::can_wait(const Local& local) {
  return local.asks.empty() ? local.is_acknowledged : local.log_has_acknowledged && !local.is_end_wanted();
}

void Scrapes::owe(const std::string& scraper, Local& local, End end, bool is_left) {
  if (is_left) left_[end.batch] = scraper;
  end.due = clock_.steady() + (is_left ? asker_takes_within : next_comes_within);
  local.owed = std::move(end);
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
  tell_ends_due(clock_.steady());
  answer_those_who_wait();
  keep_log_going();
}

// Silence would say that this replica is gone: then the asker takes the batch over, and the scraper gets it again.
void Scrapes::answer_those_who_wait() {
  if (replica_.state() == Replica::State::stopped) return;  // the log is never told
  std::vector<Question> waiting;
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime long_ago = clock_.steady() - end_is_read_within;
    for (auto& [name, local] : locals_) {
      if (!local.is_settling) continue;
      const auto first = std::stable_partition(local.asks.begin(), local.asks.end(),
                                               [&](const Question& one) { return one.asked > long_ago; });
      waiting.insert(waiting.end(), std::make_move_iterator(first), std::make_move_iterator(local.asks.end()));
      local.asks.erase(first, local.asks.end());
    }
  }
  for (const Question& one : waiting) one.reply(std::string(is_ending_reply));
}

void Scrapes::tell_all_ends() { tell_ends_due(SteadyTime::max()); }

void Scrapes::tell_ends_due(SteadyTime by) {
  std::vector<std::pair<std::string, End>> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, local] : locals_)
      if (local.owed && local.owed->due <= by) due.emplace_back(name, *take_owed(local));
  }
  for (const auto& [name, end] : due) tell_end(name, end);
}

// What was left to another replica has ended once that one has taken the next batch. Nobody waits here for its end: a
// scrape takes along what is owed.
void Scrapes::forget_ended_by_others(const Machine& machine) {
  const std::lock_guard lock(mutex_);
  std::erase_if(left_, [&](const auto& one) {
    const auto& [batch, name] = one;
    const auto found = locals_.find(name);
    const bool is_owed = found != locals_.end() && found->second.out == batch && found->second.owed;
    const Out* const out = machine.out_to(name);
    if (is_owed && out != nullptr && out->batch == batch) return false;
    if (!is_owed) return true;
    found->second.owed.reset();
    found->second.out = 0;
    found->second.is_settling = false;
    if (found->second.is_idle()) locals_.erase(found);
    return true;
  });
}

void Scrapes::on_settled(const std::string& scraper, BatchId batch) {
  queue::WaitQueue::Wake next;
  std::vector<Question> asks;
  {
    const std::lock_guard lock(mutex_);
    left_.erase(batch);
    const auto local = locals_.find(scraper);
    if (local == locals_.end() || local->second.out != batch) return;
    local->second.out = 0;
    local->second.is_settling = false;
    asks.swap(local->second.asks);
    next = local->second.wait_queue.wake_first();
    if (local->second.is_idle()) locals_.erase(local);
  }
  queue::notify(next);
  for (const Question& one : asks) one.reply(std::string(is_settled_reply));
}

std::string Scrapes::question(std::string_view verb, std::string_view scraper, BatchId batch) {
  return std::string(verb) + " " + std::to_string(batch) + " " + std::string(scraper);
}

void Scrapes::answer(const std::string& question, OrderedLog::Reply reply) {
  const std::string_view text = question;
  const std::size_t verb_end = std::min(text.find(' '), text.size());
  const std::string_view rest = text.substr(std::min(verb_end + 1, text.size()));
  BatchId batch = 0;
  const char* const number_end = std::from_chars(rest.data(), rest.data() + rest.size(), batch).ptr;
  const std::size_t name = std::min(static_cast<std::size_t>(number_end - rest.data()) + 1, rest.size());
  answer(std::string(rest.substr(name)), batch,
         {.reply = std::move(reply), .takes_next = text.substr(0, verb_end) == to_take, .asked = clock_.steady()});
}

void Scrapes::answer(const std::string& scraper, BatchId batch, Question question) {
  std::shared_ptr<delivery::Transfer> transfer;
  std::optional<End> owed;
  {
    const std::lock_guard lock(mutex_);
    const auto found = locals_.find(scraper);
    if (found == locals_.end() || found->second.out != batch) return question.reply(std::string(is_settled_reply));
    Local& local = found->second;
    owed = take_owed(local);
    if (owed && question.takes_next && local.log_has_acknowledged) {
      owe(found->first, local, *std::move(owed), true);
      return question.reply(std::string(is_left_reply));
    }
    if (!local.is_settling) transfer = local.transfer.lock();
    if (!local.is_settling && transfer == nullptr) return question.reply(std::string(is_busy_reply));
    local.asks.push_back(std::move(question));
  }
  if (owed) tell_end(scraper, *owed);
  if (transfer != nullptr) spawn_(resolve(shared_from_this(), scraper, batch, std::move(transfer)));
}

// What it decides is settled, and read back, before the answer goes out.
asio::awaitable<void> Scrapes::resolve(std::shared_ptr<Scrapes> self, std::string scraper, BatchId batch,
                                       std::shared_ptr<delivery::Transfer> transfer) {
  const delivery::Transfer::State state = co_await transfer->resolve();
  if (state == delivery::Transfer::State::settled) co_return;
  std::vector<Question> asks;
  {
    const std::lock_guard lock(self->mutex_);
    const auto local = self->locals_.find(scraper);
    if (local != self->locals_.end() && local->second.out == batch) asks.swap(local->second.asks);
  }
  for (const Question& one : asks) one.reply(std::string(is_busy_reply));
}

}  // namespace oneshot::cluster
