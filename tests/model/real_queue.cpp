// SPDX-License-Identifier: MIT
#include "model/real_queue.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "model/require.hpp"

namespace oneshot::model {
namespace {

constexpr std::array<const char*, scraper_count> names = {"a", "b"};

/// Which connection a batch is on its way in. Nobody awaits it here: server.cpp plays what happens then.
class KnownTransfer final : public delivery::Transfer {
 public:
  explicit KnownTransfer(int number) noexcept : connection(number) {}
  asio::awaitable<State> resolve() override { co_return State::under_way; }
  const int connection;
};

}  // namespace

RealQueue::RealQueue() {
  queue::Options options;
  options.storage.capacity_bytes = 4096;
  options.names.assign(names.begin(), names.end());
  options.appenders = producer_count;
  auto opened = queue::EmbeddedQueue::open(options, clock_);
  require(opened.has_value(), "a queue");
  queue_ = std::move(*opened);
}

std::uint8_t RealQueue::apply(const Step& step) {
  std::uint8_t events = 0;
  switch (step.what) {
    case What::none:
      break;
    case What::append:
      append(step.who);
      break;
    case What::stand:
      stand(step);
      break;
    case What::take:
      try_take(step, events);
      break;
    case What::leave:
      place(step).waiter.reset();
      break;
    case What::hand_over:
      place(step).delivery->handed_over();
      break;
    case What::delivered:
      settle(step, delivery::Outcome::delivered);
      break;
    case What::truncated:
      settle(step, delivery::Outcome::truncated);
      break;
    case What::timed_out:
      settle(step, delivery::Outcome::timed_out);
      break;
    case What::unread:
      settle(step, delivery::Outcome::unconfirmed);
      break;
  }
  return events;
}

void RealQueue::append(int producer) {
  const std::string& text = posted_.emplace_back("p" + std::to_string(producer) + "n" + std::to_string(posted_.size()));
  const event::Event event{.labels = text, .value = 1, .value_given = false};
  require(queue_->append(static_cast<unsigned>(producer), event) == queue::Stored::stored, "room for an event");
}

void RealQueue::stand(const Step& step) {
  auto waiter = queue_->enter(names[static_cast<std::size_t>(step.who)]);
  require(waiter.has_value(), "a place in the wait queue");
  place(step).waiter = std::move(*waiter);
  place(step).is_asleep = false;
}

Backlog::Taken RealQueue::try_take(const Step& step, std::uint8_t& events) {
  using Taken = Backlog::Taken;
  Place& here = place(step);
  const bool woken = !here.is_asleep || here.waiter->changed().notified();
  queue::StepResult result = here.waiter->step();
  here.is_asleep = std::holds_alternative<queue::WaitForChange>(result);
  if (here.is_asleep) return Taken::must_wait;
  require(woken, "a scrape that can go on has been woken");
  if (const auto* const ask = std::get_if<queue::ResolveFirst>(&result)) {
    const auto* const transfer = dynamic_cast<const KnownTransfer*>(ask->transfer.get());
    require(transfer != nullptr && transfer->connection != step.connection, "the other connection has the batch");
    return transfer->connection == 0 ? Taken::ask_first : Taken::ask_second;
  }
  auto* const taken = std::get_if<std::unique_ptr<queue::Delivery>>(&result);
  require(taken != nullptr, "three events are walked at once");
  here.waiter.reset();
  if ((*taken)->count() == 0) return Taken::nothing;
  here.delivery = std::move(*taken);
  events = events_of(here.delivery->batch());
  here.transfer = std::make_shared<KnownTransfer>(step.connection);
  here.delivery->in_transfer(here.transfer);
  return Taken::batch;
}

std::uint8_t RealQueue::events_of(const queue::Batch& batch) const {
  std::array<queue::BatchEvent, 1> event;
  std::optional<std::size_t> last;
  std::uint8_t events = 0;
  for (queue::EventRef next = queue::first_event; batch.read(next, event) == 1;) {
    std::size_t number = 0;
    while (number < posted_.size() && posted_[number] != event[0].labels) ++number;
    require(number < posted_.size() && (!last || number == *last + 1), "events in order");
    last = number;
    events = static_cast<std::uint8_t>(events | 1U << number);
  }
  return events;
}

void RealQueue::settle(const Step& step, delivery::Outcome outcome) {
  Place& here = place(step);
  require(here.delivery != nullptr, "a delivery is settled once");
  here.delivery->settle(outcome);
  here.delivery.reset();
}

std::array<Backlog::Numbers, scraper_count> RealQueue::numbers() const {
  const queue::QueueStatistics statistics = queue_->statistics();
  require(statistics.scrapers.size() == scraper_count, "two scrapers");
  std::array<Backlog::Numbers, scraper_count> all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const queue::ScraperStatistics& from = statistics.scrapers[i];
    all[i] = {.waiting = static_cast<std::uint8_t>(from.waiting),
              .in_flight = static_cast<std::uint8_t>(from.in_flight),
              .delivered = static_cast<std::uint8_t>(from.delivered),
              .dropped = static_cast<std::uint8_t>(from.dropped_full)};
  }
  return all;
}

}  // namespace oneshot::model
