// SPDX-License-Identifier: MIT
#include "model/real_queue.hpp"

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
  auto opened = queue::QueueManager::open(options, clock_);
  require(opened.has_value(), "a queue");
  manager_ = std::move(*opened);
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
      place(step).ticket.reset();
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
    case What::unread:
      settle(step, delivery::Outcome::unconfirmed);
      break;
  }
  return events;
}

void RealQueue::append(int producer) {
  const std::string& text = posted_.emplace_back("p" + std::to_string(producer) + "n" + std::to_string(posted_.size()));
  const event::Event event{.labels = text, .value = 1, .value_given = false};
  require(manager_->append(static_cast<unsigned>(producer), event) == queue::Stored::stored, "room for an event");
}

void RealQueue::stand(const Step& step) {
  auto ticket = manager_->stand_in_line(names[static_cast<std::size_t>(step.who)]);
  require(ticket.has_value(), "a place in line");
  place(step).ticket.emplace(std::move(*ticket));
}

Backlog::Turn RealQueue::try_take(const Step& step, std::uint8_t& events) {
  using Turn = Backlog::Turn;
  Place& here = place(step);
  queue::Turn turn = manager_->try_take(*here.ticket);
  if (const auto* const ask = std::get_if<queue::Ask>(&turn)) {
    const auto* const transfer = dynamic_cast<const KnownTransfer*>(ask->transfer.get());
    require(transfer != nullptr && transfer->connection != step.connection, "the other connection has the batch");
    return transfer->connection == 0 ? Turn::ask_first : Turn::ask_second;
  }
  auto* const delivery = std::get_if<queue::Delivery>(&turn);
  if (delivery == nullptr) return Turn::not_yet;
  here.ticket.reset();
  if (delivery->count() == 0) return Turn::nothing;
  events = events_of(delivery->events());
  here.transfer = std::make_shared<KnownTransfer>(step.connection);
  delivery->in_transfer(here.transfer);
  here.delivery.emplace(std::move(*delivery));
  return Turn::batch;
}

std::uint8_t RealQueue::events_of(const queue::Reading& reading) const {
  event_log::StoredEvent event;
  std::uint64_t position = reading.begin();
  std::optional<std::size_t> last;
  std::uint8_t events = 0;
  while (reading.next(position, event)) {
    std::size_t number = 0;
    while (number < posted_.size() && posted_[number] != event.labels) ++number;
    require(number < posted_.size() && (!last || number == *last + 1), "events in order");
    last = number;
    events = static_cast<std::uint8_t>(events | 1U << number);
  }
  return events;
}

void RealQueue::settle(const Step& step, delivery::Outcome outcome) {
  Place& here = place(step);
  require(here.delivery.has_value(), "a delivery is settled once");
  here.delivery->settle(outcome);
  here.delivery.reset();
}

std::array<Backlog::Numbers, scraper_count> RealQueue::numbers() const {
  const queue::QueueStatistics statistics = manager_->statistics();
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
