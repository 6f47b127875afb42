// SPDX-License-Identifier: MIT
#include "net/receipt/tracked_reply.hpp"

#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "net/asio_compat.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How often a newer scrape looks, and how long at most: longer than both windows of ReceiptWatch.
constexpr milliseconds settle_step{5};
constexpr milliseconds settle_limit{700};
// Three probes or so, a second apart, since each of them may get lost too.
constexpr milliseconds probe_time{3500};
constexpr milliseconds probe_step{100};  // how often to look for the answer

}  // namespace

void reset(asio::ip::tcp::socket& socket) noexcept {
  asio::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

TrackedReply::TrackedReply(asio::ip::tcp::socket& socket, std::unique_ptr<delivery::Receipt> receipt)
    : socket_(&socket), executor_(socket.get_executor()), timer_(executor_), receipt_(std::move(receipt)) {}

void TrackedReply::start(SteadyTime deadline) {
  if (receipt_) receipt_->on_started(shared_from_this());
  deadline_ = deadline;
  timer_.expires_at(deadline);
  timer_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (!error && !self->settled()) self->apply(self->watch_.deadline(self->sample()));
  });
}

void TrackedReply::handed_over() {
  if (settled()) return;
  watch_.handed_over(sample(), steady_clock::now());
  if (receipt_) receipt_->on_handed_over(socket_ == nullptr || readable_bytes(socket_->native_handle()) == 0);
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
  if (!settled()) apply(watch_.give_up(sample()));
}

void TrackedReply::release() {
  failed();
  timer_.cancel();
  socket_ = nullptr;
}

TcpInfo TrackedReply::sample() {
  if (socket_ == nullptr || !socket_->is_open()) {
    TcpInfo none;
    none.error = true;
    return none;
  }
  return sample_tcp(socket_->native_handle());
}

void TrackedReply::apply(Verdict verdict) {
  switch (verdict) {
    case Verdict::undecided:
    case Verdict::under_way:
      return;
    case Verdict::probe:
      return probe();
    case Verdict::delivered:
      return finish(delivery::Outcome::delivered);
    case Verdict::truncated:
      return finish(delivery::Outcome::truncated);
    case Verdict::unconfirmed:
      return finish(delivery::Outcome::unconfirmed);
    case Verdict::reset:
      reset_connection();
      return finish(delivery::Outcome::truncated);
  }
}

void TrackedReply::finish(delivery::Outcome outcome) {
  timer_.cancel();
  end_probing();
  if (auto receipt = std::exchange(receipt_, nullptr)) receipt->on_settled(outcome);
}

// If the answer is a reset, the session's read says so, or this look.
void TrackedReply::probe() {
  probing_ = true;
  probing_since_ = steady_clock::now();
  start_probing(socket_->native_handle());
  await_sign_of_life();
}

// One sign is enough: to a later question the kernel may say no for other reasons than that the scraper gave up.
void TrackedReply::await_sign_of_life() {
  timer_.expires_after(probe_step);
  timer_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (error || self->settled()) return;
    const TcpInfo view = self->sample();
    const SteadyTime now = steady_clock::now();
    self->apply(self->watch_.poll(view, now));  // a look takes the error away
    if (self->settled()) return;
    const auto asked_for = now - self->probing_since_;
    const bool answered = view.silent_for < asked_for - probe_step / 2;
    if (answered || asked_for >= probe_time) return self->end_probing();
    self->await_sign_of_life();
  });
}

void TrackedReply::end_probing() {
  if (std::exchange(probing_, false) && socket_ != nullptr && socket_->is_open())
    stop_probing(socket_->native_handle());
}

void TrackedReply::reset_connection() {
  if (socket_ != nullptr) reset(*socket_);  // what the session waits for is aborted
}

asio::awaitable<delivery::Transfer::State> TrackedReply::resolve() {
  auto work = resolve_here(shared_from_this());
  const State state = co_await asio::co_spawn(executor_, std::move(work), asio::use_awaitable);
  co_return state;
}

asio::awaitable<delivery::Transfer::State> TrackedReply::resolve_here(std::shared_ptr<TrackedReply> self) {
  const SteadyTime limit = steady_clock::now() + settle_limit;
  asio::steady_timer step(self->executor_);
  while (!self->settled()) {
    const SteadyTime now = steady_clock::now();
    const Verdict verdict = self->watch_.newer_scrape(self->sample(), now);
    self->apply(verdict);
    if (self->settled()) break;
    if (verdict == Verdict::under_way || now >= limit) co_return State::under_way;
    step.expires_after(settle_step);
    co_await step.async_wait(nothrow);
  }
  co_return State::settled;
}

}  // namespace oneshot::net
