// SPDX-License-Identifier: MIT
// What the workers call, and the loop. confirmer_ask.cpp asks about the markers; confirmer_missing.cpp looks for events
// that are not where they should be.
#include "confirm/confirmer.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace oneshot::confirm {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_question{
    250};                                 // after the last byte was sent: then Prometheus has nearly always stored it
constexpr milliseconds first_pause{500};  // each later one is twice as long
constexpr milliseconds longest_pause{4000};
constexpr milliseconds longest_idle_pause{10'000};  // while no batch is out
constexpr milliseconds retry_pause{1000};           // of what must be known before a batch is settled

}  // namespace

Confirmer::Confirmer(std::string scraper, const Options& options, queue::Queue& queue, const Clock& clock,
                     std::shared_ptr<Api> api)
    : scraper_(std::move(scraper)),
      queue_(queue),
      clock_(clock),
      options_(options),
      api_(std::move(api)),
      judge_(queue.calibrated(scraper_), patience_of(options), options.unreachable) {
  statistics_.scraper = scraper_;
  statistics_.active = judge_.trust() == Judge::Trust::shown;
  schedule_locked(clock.steady(), first_pause);  // so that a wrong URL shows at once
}

Judge::Permit Confirmer::permit_locked() const {
  if (retired_) return Judge::Permit::batch;
  return settling_ ? Judge::Permit::waiting : judge_.permit();
}

asio::awaitable<Judge::Permit> Confirmer::before_scrape(delivery::Waiting& waiting, SteadyTime until) {
  delivery::OneShotEvent answered;
  {
    const std::lock_guard lock(mutex_);
    const Judge::Permit permit = permit_locked();
    if (permit == Judge::Permit::batch || permit == Judge::Permit::batch_soon) co_return permit;
    waiting_.push_back(answered.notifier());
    urgent_ = true;
  }
  wake();
  co_await waiting.wait_until(answered, until);
  const std::lock_guard lock(mutex_);
  co_return permit_locked();
}

std::string Confirmer::in_words(Judge::Permit permit) const {
  if (permit == Judge::Permit::unseen) return "no batch: waiting for " + scraper_ + " to show its first oneshot_batch";
  const std::lock_guard lock(mutex_);
  return "no batch: waiting for " + scraper_ + " to show batch " + std::to_string(judge_.number());
}

/// The pauses begin anew. A question that is due sooner stays so.
void Confirmer::schedule_locked(SteadyTime at, milliseconds next_pause) {
  question_at_ = std::min(question_at_, at);
  pause_ = next_pause;
}

void Confirmer::issued(std::uint64_t number) {
  {
    const std::lock_guard lock(mutex_);
    numbers_.issued(number);
    judge_.issued(number);
    if (!judge_.is_curious()) return;
    schedule_locked(clock_.steady() + first_question, first_pause);
  }
  wake();
}

void Confirmer::taken(std::shared_ptr<queue::Delivery> batch, std::string metric) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = batch->number();
  numbers_.issued(number);
  numbers_.hold(number);
  judge_.issued(number);
  judge_.taken(number);
  out_.swap(batch);  // one before was settled or withdrawn, by the rules of the queue
  out_metrics_ = {std::move(metric), {}};
}

void Confirmer::goes_out_as(std::uint64_t number, std::vector<std::string> metrics) {
  const std::lock_guard lock(mutex_);
  if (out_ != nullptr && out_->number() == number) out_metrics_.others = std::move(metrics);
}

void Confirmer::withdrawn(std::uint64_t number) {
  std::shared_ptr<queue::Delivery> batch;  // goes without the lock
  const std::lock_guard lock(mutex_);
  judge_.withdrawn(number);
  if (out_ != nullptr && out_->number() == number) batch = std::move(out_);
}

void Confirmer::handed_over(std::uint64_t number) {
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    judge_.handed_over(number, now);
    question_at_ = now + first_question;
    pause_ = first_pause;
  }
  wake();
}

void Confirmer::told(std::uint64_t number, delivery::Outcome outcome) {
  std::shared_ptr<queue::Delivery> batch;
  {
    const std::lock_guard lock(mutex_);
    if (out_ == nullptr || out_->number() != number) return;
    const Judge::Verdict verdict = judge_.told(number, outcome);
    if (verdict == Judge::Verdict::by_tcp || retired_) batch = std::move(out_);
  }
  if (batch != nullptr) batch->settle(outcome);
}

Statistics Confirmer::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

State Confirmer::state() const {
  const std::lock_guard lock(mutex_);
  return {.url = options_.url,
          .decides = judge_.decides(),
          .unreachable = options_.unreachable,
          .up = statistics_.up,
          .since_unix_ms = up_since_unix_ms_,
          .reason = silence_reason_};
}

void Confirmer::resume(std::string metric) {
  std::shared_ptr<queue::Delivery> batch = queue_.resume(scraper_);
  if (batch == nullptr) return;
  log::info("a batch was on its way when the program before this one ended: its scraper is asked for it",
            {{"scraper", scraper_}, {"batch", batch->number()}, {"events", batch->count()}});
  MetricNames metrics = names_in(batch->batch(), std::move(metric));
  batch->end_reading();  // the answer may take long, and the log may need the room meanwhile
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  was_resumed_ = true;
  numbers_.hold(batch->number());
  // Without an API it would count as delivered: it was handed to the kernel, or it would not have stayed out.
  judge_.taken_over(batch->number(), delivery::Outcome::delivered, now);
  out_metrics_ = std::move(metrics);
  out_ = std::move(batch);
  schedule_locked(now, first_pause);
}

void Confirmer::wake() {
  std::optional<delivery::OneShotEvent::Notifier> woken;
  {
    const std::lock_guard lock(mutex_);
    woken.swap(woken_);
  }
  if (woken) (*woken)();
}

void Confirmer::notify_waiting() {
  std::vector<delivery::OneShotEvent::Notifier> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  for (const auto& notify : waiting) notify();
}

/// Those who came before the question. Who came during it waits for the next one, unless a batch may go out now.
void Confirmer::notify(const std::vector<delivery::OneShotEvent::Notifier>& asked_for) {
  bool for_all = false;
  {
    const std::lock_guard lock(mutex_);
    for_all = permit_locked() == Judge::Permit::batch;
    if (for_all) urgent_ = false;
  }
  for (const auto& notify : asked_for) notify();
  if (for_all) notify_waiting();
}

void Confirmer::hold_open_numbers() {
  std::set<std::uint64_t> open = kept_.numbers();
  if (refuted_) open.insert(refuted_->batch->number());
  const std::lock_guard lock(mutex_);
  if (out_ != nullptr) open.insert(out_->number());
  numbers_.hold_only(std::move(open));
}

SteadyTime Confirmer::next_question_locked(SteadyTime now) const {
  if (urgent_) return now;
  return std::min({question_at_, next_recheck_, kept_.next_count()});
}

SteadyTime Confirmer::arm(delivery::OneShotEvent& woken) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  if (retired_ || stopped_) return now;
  woken_ = woken.notifier();
  return next_question_locked(now);
}

void Confirmer::after_question(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (refuted_) {
    question_at_ = now + retry_pause;
  } else if (judge_.is_curious() || !statistics_.up) {
    const bool is_out = judge_.batch() != Judge::Batch::none;
    if (question_at_ <= now) question_at_ = now + pause_;
    pause_ = std::min(pause_ * 2, is_out ? longest_pause : longest_idle_pause);
  } else {
    question_at_ = SteadyTime::max();
  }
}

asio::awaitable<void> Confirmer::run() {
  const auto self = shared_from_this();
  for (;;) {
    bool ends = false;
    delivery::OneShotEvent woken;
    const SteadyTime next = arm(woken);
    const std::shared_ptr<Api> api = api_;
    co_await api->wait_until(woken, next);
    {
      const std::lock_guard lock(mutex_);
      woken_.reset();
      ends = retired_ || stopped_;
      if (retired_ || (stopped_ && judge_.batch() == Judge::Batch::none)) break;
      const SteadyTime now = clock_.steady();
      if (!ends && next_question_locked(now) > now) continue;
    }
    co_await ask();
    if (ends) break;
  }
  kept_.clear();
  if (refuted_ && !stopped_) refuted_->batch->settle(refuted_->outcome);
  refuted_.reset();
  notify_waiting();
}

void Confirmer::change(const Options& options, std::shared_ptr<Api> api) {
  {
    const std::lock_guard lock(mutex_);
    options_ = options;
    api_ = std::move(api);
    judge_.change(patience_of(options), options.unreachable);
    look_ahead_ = true;
    if (judge_.is_curious()) schedule_locked(clock_.steady(), first_pause);
  }
  wake();
}

void Confirmer::retire() {
  std::shared_ptr<queue::Delivery> batch;
  delivery::Outcome outcome{};
  {
    const std::lock_guard lock(mutex_);
    retired_ = true;
    if (judge_.batch() == Judge::Batch::told && out_ != nullptr) {
      batch = std::move(out_);
      outcome = *judge_.tcp();
    }
  }
  if (batch != nullptr) batch->settle(outcome);
  notify_waiting();
  wake();
}

void Confirmer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake();
}

}  // namespace oneshot::confirm
