// SPDX-License-Identifier: MIT
//
// A scrape publishes that it takes the next batch, and reads what became of that. While another batch of the scraper is
// out, the taker asks who holds it: this replica its own connection, another replica by a message. Who does not answer
// loses the batch once its deadline has surely passed: then nobody sends it any more, and what the log knows of it
// decides.
#include "cluster/scrapes.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <utility>
#include <variant>

#include "cluster/copied_batch.hpp"

namespace oneshot::cluster {
namespace {

using queue::NoBatch;
using queue::TakeResult;

// As for a batch of the embedded engine: the end of a connection comes a moment behind the next request.
constexpr std::chrono::milliseconds end_comes_behind{5};
// A holder that works answers within the time that its connection needs to decide.
constexpr std::chrono::milliseconds answer_patience{600};
// Between two looks at a batch whose end is not in the log yet.
constexpr std::chrono::milliseconds look_again{20};
// Behind the deadline, by which a holder that cannot be reached has given up: for its timers, and its last packets.
constexpr std::chrono::milliseconds after_deadline{500};
// While the engine was away nobody could tell the log of an acknowledgement. So much longer than a record is repeated.
constexpr std::chrono::milliseconds after_standstill{2000};
constexpr std::chrono::milliseconds standstill{1000};

std::string question(std::string_view verb, std::string_view scraper, BatchId batch) {
  return std::string(verb) + " " + std::to_string(batch) + " " + std::string(scraper);
}

std::optional<queue::BatchEnd> end_of_replaced(const TakeOutcome& outcome) {
  if (const auto* const taken = std::get_if<Taken>(&outcome)) return taken->replaced;
  if (const auto* const nothing = std::get_if<NothingWaits>(&outcome)) return nothing->replaced;
  return std::nullopt;
}

}  // namespace

/// What a scrape has asked the log for.
struct Scrapes::Asked {
  std::mutex mutex;
  delivery::OneShotEvent known;
  bool given_up = false;  // nobody waits any more
  std::unique_ptr<queue::Delivery> delivery;
  std::optional<HeldBy> held;
  std::optional<NoBatch> none;
  Out taken_over;  // of a replica that does not answer; batch 0: none

  /// Nothing: another batch is out, or nobody knows yet, and from now on nobody waits.
  std::optional<TakeResult> result() {
    const std::lock_guard lock(mutex);
    if (delivery != nullptr) return TakeResult(std::move(delivery));
    if (none) return TakeResult(Unexpected{*none});
    given_up = !held;
    return std::nullopt;
  }
};

/// What another replica says about a batch of its own.
struct Scrapes::Holder {
  enum class Said : std::uint8_t { nothing, busy, settled, left };
  std::atomic<Said> said{Said::nothing};
  delivery::OneShotEvent replied;
};

/// A place in the wait queue of a scraper.
class Place {
 public:
  /// Null: so many wait already.
  static std::unique_ptr<Place> enter(std::shared_ptr<Scrapes> scrapes, const std::string& scraper) {
    const std::lock_guard lock(scrapes->mutex_);
    Scrapes::Local& local = scrapes->locals_[scraper];
    if (local.wait_queue.is_full()) return nullptr;
    return std::unique_ptr<Place>(new Place(std::move(scrapes), scraper, local.wait_queue.enter()));
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    queue::WaitQueue::Wake next;
    {
      const std::lock_guard lock(scrapes_->mutex_);
      const auto local = scrapes_->locals_.find(scraper_);
      next = local->second.wait_queue.leave(number_);
      if (local->second.is_idle()) scrapes_->locals_.erase(local);
    }
    queue::notify(next);
  }

  enum class Turn : std::uint8_t {
    wait,  ///< for changed(): others are first, or a batch of ours has no end in the log yet
    ask,   ///< `transfer` is to find out what became of it
    go,
  };
  /// With `go` the end of the batch before, where the log is to be told of both.
  Turn step(std::shared_ptr<delivery::Transfer>& transfer, std::optional<Scrapes::End>& end) {
    const std::lock_guard lock(scrapes_->mutex_);
    Scrapes::Local& local = scrapes_->locals_.find(scraper_)->second;
    if (local.wait_queue.is_first(number_)) {
      end = Scrapes::take_owed(local);
      if (local.out == 0 || end) return Turn::go;
      if (!local.is_settling) transfer = local.transfer.lock();
      if (transfer != nullptr) return Turn::ask;
    }
    if (!changed_ || changed_->notified()) changed_.emplace();
    local.wait_queue.wake_by(number_, changed_->notifier());
    return Turn::wait;
  }
  [[nodiscard]] delivery::OneShotEvent& changed() noexcept { return *changed_; }

 private:
  Place(std::shared_ptr<Scrapes> scrapes, const std::string& scraper, std::uint64_t number)
      : scrapes_(std::move(scrapes)), scraper_(scraper), number_(number) {}

  std::shared_ptr<Scrapes> scrapes_;
  const std::string scraper_;
  const std::uint64_t number_;
  std::optional<delivery::OneShotEvent> changed_;
};

Scrapes::Scrapes(Replica& replica, const Clock& clock, Spawn spawn)
    : replica_(replica), clock_(clock), spawn_(std::move(spawn)) {}

std::shared_ptr<Scrapes> Scrapes::make(Replica& replica, const Clock& clock, Spawn spawn) {
  return std::shared_ptr<Scrapes>(new Scrapes(replica, clock, std::move(spawn)));
}

/// One scrape on its way to its batch, in the frame of its coroutine.
class Scrapes::Taking {
 public:
  Taking(Scrapes& scrapes, Place& place, const Wish& wish, delivery::Waiting& waiting)
      : scrapes_(scrapes), place_(place), wish_(wish), waiting_(waiting) {}

  /// Nothing yet: once more.
  asio::awaitable<std::optional<TakeResult>> step() {
    if (const std::optional<NoBatch> none = why_over()) co_return Unexpected{*none};
    std::shared_ptr<delivery::Transfer> transfer;
    std::optional<End> end;
    switch (place_.step(transfer, end)) {
      case Place::Turn::wait:
        co_await wait_for(place_.changed());
        co_return std::nullopt;
      case Place::Turn::ask: {
        const bool is_decided = co_await resolve_own(transfer);
        if (is_decided) co_return std::nullopt;
        co_return Unexpected{NoBatch::under_way};
      }
      case Place::Turn::go:
        break;
    }
    // The log would say the same, for a record: that somebody else has a batch.
    if (const std::optional<Out> out = end ? std::nullopt : held_elsewhere()) {
      co_await wait_for_holder(*out);
      co_return std::nullopt;
    }
    const std::shared_ptr<Asked> asked = scrapes_.ask_log(take(), std::move(end), taken_over_);
    co_await wait_for(asked->known);
    std::optional<TakeResult> result = asked->result();
    if (result || !asked->held) co_return result;  // else the client has left, or the time is over
    const Out out = asked->held->out;
    co_await wait_for_holder(out);
    co_return std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<NoBatch> why_over() {
    if (waiting_.stopping()) return NoBatch::stopping;
    if (waiting_.peer_closed()) return NoBatch::peer_closed;
    if (scrapes_.clock_.steady() < wish_.until) return std::nullopt;
    return taken_over_.batch == 0 ? NoBatch::time_over : NoBatch::under_way;
  }

  /// The batch that is out, as far as this replica has read, at another one that may still say something about it.
  [[nodiscard]] std::optional<Out> held_elsewhere() const {
    return scrapes_.replica_.look([this](const Machine& machine) -> std::optional<Out> {
      const Out* const out = machine.out_to(wish_.scraper);
      const bool is_elsewhere = out != nullptr && out->holder != scrapes_.replica_.options().publisher;
      return is_elsewhere && out->batch != asked_out_ ? std::optional(*out) : std::nullopt;
    });
  }

  [[nodiscard]] Take take() const {
    return {.scraper = wish_.scraper,
            .replica = scrapes_.replica_.options().name,
            .deadline = std::chrono::ceil<std::chrono::milliseconds>(wish_.answer_by - scrapes_.clock_.steady()),
            .replaces = replaces_,
            .since_unix_ms = wish_.coming.since_unix_ms,
            .origin = wish_.coming.origin};
  }

  asio::awaitable<void> wait_for(delivery::OneShotEvent& event) { return waiting_.wait_until(event, wish_.until); }

  /// False: it is under way yet.
  asio::awaitable<bool> resolve_own(std::shared_ptr<delivery::Transfer> transfer) {
    co_await waiting_.pause(end_comes_behind);
    if (waiting_.peer_closed()) co_return true;  // which the next step sees
    const delivery::Transfer::State state = co_await transfer->resolve();
    co_return state != delivery::Transfer::State::under_way;
  }

  asio::awaitable<void> wait_for_holder(const Out& out) {
    const bool is_ours = out.holder == scrapes_.replica_.options().publisher;  // its end is under way
    const bool was_asked = std::exchange(asked_about_, out.batch) == out.batch;
    if (is_ours || was_asked) co_await waiting_.pause(look_again);
    if (is_ours) co_return;
    const std::shared_ptr<Holder> holder = scrapes_.ask_holder(to_take, wish_.scraper, out);
    const SteadyTime until = patient_until(out);
    co_await waiting_.wait_until(holder->replied, until);
    const Holder::Said said = holder->said;
    if (said != Holder::Said::busy) asked_out_ = out.batch;
    const bool is_left = said == Holder::Said::left;
    if (!is_left && !scrapes_.is_expired(out)) co_return;
    taken_over_ = is_left ? Out{} : out;
    replaces_ = out.batch;
  }

  /// How long the holder may take to answer. Past its deadline it has nothing left to find out, and a scrape that waits
  /// for less than `answer_patience` in all (a scrape_timeout of a second) still needs time to take the batch.
  [[nodiscard]] SteadyTime patient_until(const Out& out) const {
    const SteadyTime now = scrapes_.clock_.steady();
    return scrapes_.is_expired(out) ? now + (wish_.until - now) / 2 : wish_.until;
  }

  Scrapes& scrapes_;
  Place& place_;
  const Wish& wish_;
  delivery::Waiting& waiting_;
  BatchId replaces_ = 0;  // what the next batch ends; 0: none
  Out taken_over_;        // the same, of another replica which does not answer; batch 0: none
  BatchId asked_about_ = 0;
  BatchId asked_out_ = 0;  // whose holder has said what there is to say, or nothing
};

asio::awaitable<TakeResult> Scrapes::take(std::shared_ptr<Scrapes> self, Wish wish, delivery::Waiting& waiting) {
  const std::unique_ptr<Place> place = Place::enter(self, wish.scraper);
  if (place == nullptr) co_return Unexpected{NoBatch::wait_queue_full};
  Taking taking(*self, *place, wish, waiting);
  for (;;) {
    std::optional<TakeResult> result = co_await taking.step();
    if (result) co_return std::move(*result);
  }
}

std::shared_ptr<Scrapes::Asked> Scrapes::ask_log(const Take& take, std::optional<End> end, const Out& taken_over) {
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

std::shared_ptr<Scrapes::Holder> Scrapes::ask_holder(std::string_view verb, const std::string& scraper,
                                                     const Out& out) {
  auto holder = std::make_shared<Holder>();
  replica_.log().ask(out.replica, question(verb, scraper, out.batch), answer_patience,
                     [holder](const std::optional<std::string>& reply) {
                       if (reply == is_settled_reply) holder->said = Holder::Said::settled;
                       if (reply == is_left_reply) holder->said = Holder::Said::left;
                       if (reply == is_busy_reply) holder->said = Holder::Said::busy;
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

bool Scrapes::is_past_deadline(const Out& out, SteadyTime now) {
  const SteadyTime seen = seen_.try_emplace(out.batch, now).first->second;
  return now - seen >= out.deadline + after_deadline;
}

bool Scrapes::is_expired(const Out& out) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  return is_past_deadline(out, now) && now - goes_on_since_ >= after_standstill;
}

// A quiet log looks like one that stands still, and each scrape's own record like its going on again: nobody would ever
// find a batch to be left behind. So it is kept going, until somebody ends the batch or its replica is forgotten.
void Scrapes::keep_log_going() {
  if (replica_.state() != Replica::State::ready || replica_.in_flight() > 0) return;
  const bool is_wanted = replica_.look([this](const Machine& machine) {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    return now - applied_ >= standstill / 2 && std::ranges::any_of(machine.out(), [&](const auto& one) {
             return one.second.holder != replica_.options().publisher && is_past_deadline(one.second, now);
           });
  });
  if (is_wanted) replica_.publish(Tick{}, nullptr);
}

void Scrapes::note_applied(const Machine& machine, const Applied& applied) {
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    if (now - std::exchange(applied_, now) >= standstill) goes_on_since_ = now;
  }
  const auto* const take = std::get_if<TakeOutcome>(&applied.outcome);
  const auto* const settle = std::get_if<SettleOutcome>(&applied.outcome);
  const TakeOutcome* const outcome = take != nullptr                     ? take
                                     : settle != nullptr && settle->then ? &*settle->then
                                                                         : nullptr;
  const auto* const taken = outcome == nullptr ? nullptr : std::get_if<Taken>(outcome);
  if (outcome != nullptr && end_of_replaced(*outcome)) forget_ended_by_others(machine);
  if (taken == nullptr) return;
  const std::lock_guard lock(mutex_);
  seen_.emplace(taken->out.batch, clock_.steady());
  if (seen_.size() <= 2 * machine.out().size() + 64) return;
  std::erase_if(seen_, [&](const auto& one) {
    return std::ranges::none_of(machine.out(), [&](const auto& out) { return out.second.batch == one.first; });
  });
}

}  // namespace oneshot::cluster
