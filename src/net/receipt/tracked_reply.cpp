// SPDX-License-Identifier: MIT
// Brings three things to the ReceiptWatch of one reply: the events of its session, a timer for its looks and its
// deadline, and the questions of newer scrapes. With each of them goes a sample of the TCP connection, and what the
// watch decides is done here: tell the receipt, reset the connection, or probe the peer. All of it runs on the
// connection's thread, so there is no lock; resolve() alone is called elsewhere and spawns its work there. The timer
// and a resolve() in progress may outlive the session, so the object is shared, and release() cuts it off from the
// stream.
//
// resolve() and the answer to a probe are polled: the kernel signals no acknowledgement that a program could wait for.
#include "net/receipt/tracked_reply.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "base/rethrow.hpp"
#include "net/asio_compat.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How often a newer scrape samples the connection, and for how long: longer than both windows of ReceiptWatch. Sampled,
// since the kernel tells no program that bytes were acknowledged (TCP_INFO has to be asked).
constexpr milliseconds resolve_step{5};
constexpr milliseconds resolve_limit{700};
// Three probes or so, a second apart, since a probe may get lost too.
constexpr milliseconds probe_time{3500};
constexpr milliseconds probe_step{100};  // between two looks for the answer
constexpr milliseconds rest_step{100};   // at least, between two looks at whether the connection rests
// Between two looks whether somebody needs what the reply keeps: nearly all replies are in the kernel before the first.
constexpr milliseconds lease_step{100};
constexpr std::chrono::seconds longest_standstill{1};  // of a reply whose room is short
constexpr milliseconds longest_look{100};              // between two looks whether all is acknowledged

delivery::Reader reader_of(const std::unique_ptr<delivery::Receipt>& receipt) {
  return receipt ? receipt->reader() : delivery::Reader{};
}

}  // namespace

TrackedReply::TrackedReply(Stream& stream, std::unique_ptr<delivery::Receipt> receipt,
                           std::shared_ptr<delivery::Lease> lease)
    : stream_(&stream),
      executor_(stream.executor()),
      timer_(executor_),
      receipt_(std::move(receipt)),
      lease_(std::move(lease)),
      may_give_up_(reader_of(receipt_).may_give_up),
      watch_(reader_of(receipt_).peer) {}

void TrackedReply::start(SteadyTime deadline, std::uint64_t size) {
  if (receipt_) sent_before_ = stream_->acknowledged();
  cause_.size = size;
  if (receipt_) receipt_->on_started(shared_from_this());
  deadline_ = deadline;
  if (lease_ == nullptr) return await_deadline();
  progress_at_ = steady_clock::now();
  await_lease();
}

// Setting the timer anew ends the wait before. But where that one is over already, and its look waits for its turn on
// this thread, nothing can call it back any more: so each look has a number, and only that of the last wait counts.
void TrackedReply::await(SteadyTime moment, void (TrackedReply::*look)(const TcpInfo& view)) {
  timer_.expires_at(moment);
  timer_.async_wait([self = shared_from_this(), look, number = ++last_wait_](const asio::error_code& error) {
    if (!error && number == self->last_wait_ && !self->settled()) (self.get()->*look)(self->sample());
  });
}

void TrackedReply::await_deadline() { await(deadline_, &TrackedReply::look_at_deadline); }

void TrackedReply::look_at_deadline(const TcpInfo& view) {
  heard_before_ = steady_clock::now() - view.silent_for;
  apply(watch_.deadline(view), Why::deadline);
}

void TrackedReply::await_lease() {
  const SteadyTime look = steady_clock::now() + lease_step;
  if (look >= deadline_) return await_deadline();
  await(look, &TrackedReply::look_at_lease);
}

// What is kept goes with the reply's source, when the session finds the reply settled.
void TrackedReply::look_at_lease(const TcpInfo& view) {
  if (!has_to_end(view, steady_clock::now())) return await_lease();
  lease_->ended();
  apply(watch_.deadline(view), Why::room);  // which says nothing about the events, and little about their number
}

bool TrackedReply::has_to_end(const TcpInfo& view, SteadyTime now) noexcept {
  using Wanted = delivery::Lease::Wanted;
  if (std::exchange(acknowledged_, view.acknowledged) != view.acknowledged) progress_at_ = now;
  const Wanted wanted = lease_->wanted(now);
  return wanted == Wanted::back || (wanted == Wanted::progress && now - progress_at_ >= longest_standstill);
}

// Ends the wait for the deadline, which goes on when this is over.
void TrackedReply::await_rest(SteadyTime look) {
  if (look >= deadline_) return await_deadline();
  await(look, &TrackedReply::look_for_rest);
}

void TrackedReply::look_for_rest(const TcpInfo& view) {
  apply(watch_.rested(view));
  if (settled()) return;
  if (watch_.has_rested()) return await_deadline();
  const milliseconds missing = ReceiptWatch::rest - view.silent_for;
  await_rest(steady_clock::now() + std::max(missing, rest_step));
}

void TrackedReply::handed_over() {
  if (settled()) return;
  lease_.reset();
  const SteadyTime now = steady_clock::now();
  watch_.handed_over(sample(), now);
  if (!receipt_) return;
  await_rest(now + ReceiptWatch::rest);
  receipt_->on_handed_over(stream_ == nullptr || !stream_->has_unread());
  if (!receipt_->wants_acknowledged()) return;
  auto telling = tell_when_acknowledged(shared_from_this());
  asio::co_spawn(executor_, std::move(telling), rethrow);
}

asio::awaitable<void> TrackedReply::tell_when_acknowledged(std::shared_ptr<TrackedReply> self) {
  asio::steady_timer timer(self->executor_);
  for (milliseconds step{1}; !self->settled() && self->stream_ != nullptr; step = std::min(2 * step, longest_look)) {
    if (self->watch_.has_all(self->sample())) {
      self->receipt_->on_acknowledged();
      co_return;
    }
    timer.expires_after(step);
    co_await timer.async_wait(nothrow);
  }
}

void TrackedReply::request_began() {
  if (!settled()) apply(watch_.request_began(sample()));
}

void TrackedReply::end_of_stream() {
  if (!settled()) apply(watch_.end_of_stream(sample(), steady_clock::now()));
}

void TrackedReply::failed() {
  if (!settled()) apply(watch_.failed(sample()));
}

void TrackedReply::poll() {
  if (!settled()) apply(watch_.poll(sample(), steady_clock::now()));
}

void TrackedReply::give_up() {
  if (!settled()) apply(watch_.give_up(sample()), Why::stopped);
}

void TrackedReply::release() {
  failed();
  timer_.cancel();
  stream_ = nullptr;
}

TcpInfo TrackedReply::sample() {
  if (steady_clock::now() >= may_give_up_) watch_.time_is_near();
  if (stream_ != nullptr) {
    const TcpInfo view = stream_->sample();
    cause_.acknowledged = std::max(cause_.acknowledged, view.acknowledged - std::min(view.acknowledged, sent_before_));
    return view;
  }
  TcpInfo none;
  none.error = true;
  return none;
}

void TrackedReply::apply(Verdict verdict, Why why) {
  switch (verdict) {
    case Verdict::undecided:
    case Verdict::under_way:
      return;
    case Verdict::probe:
      return probe();
    case Verdict::delivered:
      return finish(delivery::Outcome::delivered, why);
    case Verdict::truncated:  // that says nothing about whose look it was
      return finish(delivery::Outcome::truncated, Why::broken);
    case Verdict::unconfirmed:
      return finish(delivery::Outcome::unconfirmed, Why::broken);
    case Verdict::timed_out:
      reset_connection();
      return finish(delivery::Outcome::timed_out, why);
    case Verdict::reset:
      reset_connection();
      return finish(delivery::Outcome::truncated, why);
  }
}

void TrackedReply::finish(delivery::Outcome outcome, Why why) {
  timer_.cancel();
  end_probing();
  const auto receipt = std::exchange(receipt_, nullptr);
  if (receipt == nullptr) return;
  if (watch_.reset_while_idle()) receipt->on_idle_reset();
  cause_.what = why;
  cause_.at_once = watch_.reset_at_once();
  if (outcome != delivery::Outcome::delivered) receipt->on_failed(cause_);
  receipt->on_settled(outcome);
}

// If the answer is a reset, the session's read tells, or the next sample.
void TrackedReply::probe() {
  probing_ = true;
  probing_since_ = steady_clock::now();
  stream_->start_probing();
  await_sign_of_life();
}

// One sign of life is enough: to a later probe the peer's kernel may answer with a reset for other reasons than that
// the scraper gave up.
void TrackedReply::await_sign_of_life() {
  await(steady_clock::now() + probe_step, &TrackedReply::look_for_sign_of_life);
}

void TrackedReply::look_for_sign_of_life(const TcpInfo& view) {
  const SteadyTime now = steady_clock::now();
  apply(watch_.poll(view, now));  // a sample takes the error away
  if (settled()) return;
  // The first probe goes out at once, so its answer is about as old as the question.
  const bool answered = now - view.silent_for > heard_before_ + probe_step / 2;
  if (answered) apply(watch_.answered(view));
  if (answered || now - probing_since_ >= probe_time) return end_probing();
  await_sign_of_life();
}

void TrackedReply::end_probing() {
  if (std::exchange(probing_, false) && stream_ != nullptr) stream_->stop_probing();
}

void TrackedReply::reset_connection() {
  if (stream_ != nullptr) stream_->reset();  // the session's read or write is aborted
}

asio::awaitable<delivery::Transfer::State> TrackedReply::resolve() {
  auto work = resolve_here(shared_from_this());
  const State state = co_await asio::co_spawn(executor_, std::move(work), asio::use_awaitable);
  co_return state;
}

asio::awaitable<delivery::Transfer::State> TrackedReply::resolve_here(std::shared_ptr<TrackedReply> self) {
  const SteadyTime limit = steady_clock::now() + resolve_limit;
  asio::steady_timer step(self->executor_);
  while (!self->settled()) {
    const SteadyTime now = steady_clock::now();
    const Verdict verdict = self->watch_.newer_scrape(self->sample(), now);
    self->apply(verdict, Why::superseded);
    if (self->settled()) break;
    if (verdict == Verdict::under_way || now >= limit) co_return State::under_way;
    step.expires_after(resolve_step);
    co_await step.async_wait(nothrow);
  }
  co_return State::settled;
}

}  // namespace oneshot::net
