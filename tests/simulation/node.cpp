// SPDX-License-Identifier: MIT
#include "simulation/node.hpp"

#include <algorithm>
#include <array>
#include <asio/co_spawn.hpp>
#include <charconv>
#include <exception>
#include <utility>

#include "cluster/cluster_delivery.hpp"

namespace oneshot::simulation {
namespace {

/// Nothing is to be thrown here: a test that meets it ends.
void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

std::string labels_of(EventNumber event) { return "n=\"" + std::to_string(event) + "\""; }

std::vector<EventNumber> events_of(const queue::Batch& batch) {
  std::vector<EventNumber> all;
  queue::EventRef next = queue::first_event;
  std::array<queue::BatchEvent, 16> some;
  for (std::size_t count = some.size(); count == some.size();) {
    count = batch.read(next, some);
    for (std::size_t i = 0; i < count; ++i) all.push_back(number_of(some[i].labels));
  }
  return all;
}

}  // namespace

EventNumber number_of(std::string_view labels) {
  EventNumber number = 0;
  std::from_chars(labels.data() + 3, labels.data() + labels.size(), number);
  return number;
}

/// A batch on its way to the scraper: what the connection knows of it.
class Node::Answer final : public delivery::Transfer, public std::enable_shared_from_this<Answer> {
 public:
  Answer(Node& node, std::shared_ptr<Exchange> exchange, std::unique_ptr<queue::Delivery> delivery, BatchId batch)
      : alive_(node.alive_),
        scheduler_(node.scheduler_),
        engine_(node.engine_),
        oracle_(node.oracle_),
        exchange_(std::move(exchange)),
        delivery_(std::move(delivery)),
        batch_(batch),
        events_(events_of(delivery_->batch())),
        waiting_(node.scheduler_, node.io_) {}

  asio::awaitable<State> resolve() override {
    // All acknowledged, and alive: delivered. Where nothing moves it is withdrawn, which the scraper sees as a reset;
    // but not while acknowledgements may be on their way.
    const std::shared_ptr<Answer> self = shared_from_this();
    for (int i = 0; i < 20 && delivery_ != nullptr && !is_acknowledged_; ++i) co_await waiting_.pause(milliseconds(10));
    if (delivery_ != nullptr && !is_acknowledged_ && is_on_its_way_) co_return State::under_way;
    if (delivery_ != nullptr) is_acknowledged_ ? settle(delivery::Outcome::delivered) : reset();
    co_return State::settled;
  }

  void begin(const NetworkFaults& network) {
    delivery_->in_transfer(weak_from_this());
    delivery_->handed_over(true);
    const std::uint64_t most = network.delay_ms;
    scheduler_.at(exchange_->answer_by, [self = shared_from_this()] { self->on_deadline(); });
    // From when on another replica may end the batch as the log knows it, if this one does not answer.
    for (const milliseconds after : {milliseconds(0), milliseconds(500)})
      scheduler_.at(exchange_->answer_by + after, [self = shared_from_this()] {
        if (self->engine_.refuses_now()) self->note_silence();
      });
    if (scheduler_.chance(network.silent)) return;
    if (scheduler_.chance(network.cut)) {
      scheduler_.after(scheduler_.delay(most),
                       [self = shared_from_this()] { self->on_cut(delivery::Outcome::truncated); });
    } else if (scheduler_.chance(network.unread)) {
      scheduler_.after(scheduler_.delay(most),
                       [self = shared_from_this()] { self->on_cut(delivery::Outcome::unconfirmed); });
    } else {
      is_on_its_way_ = true;
      scheduler_.after(scheduler_.delay(most),
                       [self = shared_from_this(), &network] { self->on_arrived(network.acknowledged_ms); });
    }
  }

  /// The replica was killed: its kernel sends what it has, or resets.
  void on_killed() {
    note_silence();
    if (delivery_ == nullptr) return;
    if (!is_stored_ && scheduler_.chance(0.5)) over();
    delivery_.reset();  // which speaks to a log that nobody hears any more
  }
  [[nodiscard]] bool is_known() const { return delivery_ == nullptr && oracle_.is_in_log(batch_); }
  void note_silence() { oracle_.note_silence(exchange_->scraper, batch_); }

 private:
  /// The scraper's program has read all of it.
  void on_arrived(std::uint64_t most_ms) {
    if (is_over_) return;
    if (exchange_->is_given_up) return on_cut(delivery::Outcome::unconfirmed);  // its kernel knows the socket no more
    is_stored_ = true;
    oracle_.stored(exchange_->scraper, batch_, events_);
    scheduler_.after(scheduler_.delay(most_ms), [self = shared_from_this()] { self->on_acknowledged(); });
    over();
  }
  void on_acknowledged() {
    if (delivery_ == nullptr || !*alive_) return;
    is_acknowledged_ = true;
    delivery_->acknowledged();
    // Its next request, or its end in order, or nothing but time.
    scheduler_.after(scheduler_.delay(2000), [self = shared_from_this()] {
      if (self->delivery_ != nullptr && *self->alive_) self->settle(delivery::Outcome::delivered);
    });
  }
  void on_cut(delivery::Outcome outcome) {
    if (is_over_) return;
    over();
    if (delivery_ != nullptr && *alive_) settle(outcome);
  }
  void on_deadline() {
    if (delivery_ == nullptr || !*alive_) return;
    is_acknowledged_ ? settle(delivery::Outcome::delivered) : reset();
  }
  void reset() {
    over();
    settle(delivery::Outcome::timed_out);
  }
  void settle(delivery::Outcome outcome) {
    const std::unique_ptr<queue::Delivery> delivery = std::move(delivery_);
    delivery->settle(outcome);
  }
  void over() {
    if (std::exchange(is_over_, true)) return;
    scheduler_.after(milliseconds(1), exchange_->over);
  }

  std::shared_ptr<bool> alive_;
  Scheduler& scheduler_;
  const MemoryEngine& engine_;
  Oracle& oracle_;
  std::shared_ptr<Exchange> exchange_;
  std::unique_ptr<queue::Delivery> delivery_;
  BatchId batch_;
  std::vector<EventNumber> events_;
  bool is_on_its_way_ = false;
  bool is_stored_ = false;
  bool is_acknowledged_ = false;
  bool is_over_ = false;
  SimWaiting waiting_;
};

Node::Node(Scheduler& scheduler, MemoryEngine& engine, Oracle& oracle, const NetworkFaults& network, std::string name,
           const cluster::Agreement& agreement)
    : scheduler_(scheduler),
      engine_(engine),
      oracle_(oracle),
      network_(network),
      log_(engine, name),
      replica_(log_, scheduler,
               {.name = name,
                .version = "1",
                .publisher = 1 + scheduler.dice(~std::uint64_t{0} - 2),
                .salt = 1 + scheduler.dice(~std::uint64_t{0} - 2),
                .agreement = agreement}),
      scrapes_(cluster::Scrapes::make(
          replica_, scheduler, [this](asio::awaitable<void> what) { asio::co_spawn(io_, std::move(what), rethrow); })) {
  log_.answer_by([this](const std::string& question, cluster::OrderedLog::Reply reply) {
    scrapes_->answer(question, std::move(reply));
  });
  replica_.on_applied([this](const cluster::Machine& machine, const cluster::Applied& applied) {
    scrapes_->note_applied(machine, applied);
  });
  replica_.start();
  pulse();
}

Node::~Node() {
  *alive_ = false;
  log_.cut_off_until(SteadyTime::max());  // a killed process sends nothing more
  for (const std::shared_ptr<Answer>& answer : answers_) answer->on_killed();
}

void Node::cut_off_until(SteadyTime time) {
  log_.cut_off_until(time);
  note_silence();
}

void Node::note_silence() {
  for (const std::shared_ptr<Answer>& answer : answers_) answer->note_silence();
}

void Node::pulse() {
  replica_.pulse();
  scrapes_->pulse();
  scheduler_.after(milliseconds(50 + scheduler_.dice(50)), [this, alive = alive_] {
    if (*alive) pulse();
  });
}

// Its client waits no longer than that for an answer.
void Node::post(const std::vector<EventNumber>& events, std::uint64_t key, std::uint64_t sender) {
  constexpr std::chrono::seconds patience{5};
  for (const EventNumber event : events) oracle_.posted(event);
  std::vector<std::string> labels;
  for (const EventNumber event : events) labels.push_back(labels_of(event));
  cluster::Group group;
  for (const std::string& text : labels) group.events.push_back({.labels = text});
  if (key != 0) group.events.front().key = event::IdempotencyKey{.high = key, .low = key};
  group.requests.push_back({.events = static_cast<std::uint32_t>(events.size()), .sender = sender});
  replica_.publish_until(scheduler_.steady() + patience, group, [this, events](const cluster::Applied& applied) {
    if (std::holds_alternative<cluster::Withdrawn>(applied.outcome)) {
      for (const EventNumber event : events) oracle_.denied(event);
      return;
    }
    const auto& stored = *std::get_if<cluster::Stored>(&applied.outcome);
    for (std::size_t i = 0; i < stored.size(); ++i) {
      if (stored[i].what == queue::Stored::stored) oracle_.accepted(events[i]);
      if (stored[i].what == queue::Stored::full || stored[i].what == queue::Stored::over_share)
        oracle_.denied(events[i]);
      if (stored[i].what == queue::Stored::over_share) oracle_.over_share();
    }
  });
}

void Node::scrape(const std::shared_ptr<Exchange>& exchange) {
  auto waiting = std::make_shared<SimWaiting>(scheduler_, io_);
  exchange->waiting = waiting;
  asio::co_spawn(io_, serve(exchange, std::move(waiting)), rethrow);
}

asio::awaitable<void> Node::serve(std::shared_ptr<Exchange> exchange, std::shared_ptr<SimWaiting> waiting) {
  cluster::Scrapes::Wish wish{.scraper = exchange->scraper,
                              .until = scheduler_.steady() + network_.timeout / 2,
                              .answer_by = exchange->answer_by};
  queue::TakeResult result = co_await cluster::Scrapes::take(scrapes_, std::move(wish), *waiting);
  if (!result || (*result)->count() == 0) {
    scheduler_.after(milliseconds(1), exchange->over);
    co_return;
  }
  const BatchId batch = static_cast<const cluster::ClusterDelivery&>(**result).id();
  if (waiting->peer_closed()) {  // its delivery is withdrawn
    scheduler_.after(milliseconds(1), exchange->over);
    co_return;
  }
  const auto answer = std::make_shared<Answer>(*this, exchange, std::move(*result), batch);
  std::erase_if(answers_, [](const auto& one) { return one->is_known(); });
  answers_.push_back(answer);
  answer->begin(network_);
}

}  // namespace oneshot::simulation
