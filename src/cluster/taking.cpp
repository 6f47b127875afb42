// SPDX-License-Identifier: MIT
//
// A scrape publishes that it takes the next batch, and reads what became of that. While another batch of the scraper is
// out, the taker asks who holds it: this replica its own connection, another replica by a message. Who does not answer
// loses the batch once its deadline has surely passed: then nobody sends it any more, and what the log knows of it
// decides. Who answers that it cannot say yet is believed for some seconds more.
#include <algorithm>
#include <utility>

#include "cluster/asked.hpp"
#include "cluster/place.hpp"
#include "cluster/scrapes.hpp"

namespace oneshot::cluster {
namespace {

using queue::NoBatch;
using queue::TakeResult;

// As for a batch of the embedded engine: the end of a connection comes a moment behind the next request.
constexpr std::chrono::milliseconds end_comes_behind{5};
// Between two questions to a holder that says nothing, or nothing that helps.
constexpr std::chrono::milliseconds longest_pause{200};

}  // namespace

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
    if (!was_asked) pause_ = look_again;
    if (is_ours || was_asked) co_await waiting_.pause(pause_);
    if (is_ours) co_return;
    const std::shared_ptr<Holder> holder = scrapes_.ask_holder(to_take, wish_.scraper, out);
    const SteadyTime until = patient_until(out);
    co_await waiting_.wait_until(holder->replied, until);
    const Holder::Said said = holder->said;
    const bool is_left = said == Holder::Said::left;
    if (holder->is_undecided()) answered_for_ = out.batch;
    // Else there is nothing left that it could say; one that says "settled" of a batch that is out has not read so far.
    pause_ = holder->is_undecided() ? look_again : std::min(2 * pause_, longest_pause);
    const bool is_silent = said == Holder::Said::nothing;
    const bool is_gone =
        scrapes_.is_expired(out, answered_for_ == out.batch) && !(is_silent && scrapes_.has_answered_lately(out.batch));
    const bool replaces = is_left || is_gone || scrapes_.is_expired(out, true);
    if (replaces || !(holder->is_undecided() || is_silent)) asked_out_ = out.batch;
    if (!replaces) co_return;
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
  std::chrono::milliseconds pause_ = look_again;  // before it is asked again
  BatchId answered_for_ = 0;  // whose holder has answered: with no time left for another answer it is not gone
  BatchId asked_out_ = 0;     // whose holder has said what there is to say, or nothing
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

}  // namespace oneshot::cluster
