// SPDX-License-Identifier: MIT
#include "cluster/cluster_queue.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/error_code.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <mutex>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "base/rethrow.hpp"
#include "cluster/cluster_statistics.hpp"
#include "cluster/copied_batch.hpp"
#include "event_log/record.hpp"
#include "queue/local/history/embedded_history_reader.hpp"
#include "queue/local/history/embedded_label_counter.hpp"
#include "queue/local/history/find_event.hpp"
#include "queue/local/ledger/ledger_statistics.hpp"

namespace oneshot::cluster {
namespace {

using std::chrono::milliseconds;

// So often what is due is looked for: repeats of records, checkpoints, POSTs that have waited long enough.
constexpr milliseconds pulse_step{50};
// An engine that changes its leader is away for some seconds: no reason to send load elsewhere, which has the same one.
constexpr std::chrono::seconds away_is_not_ready{5};
constexpr std::chrono::seconds longest_leave{2};
constexpr std::chrono::seconds longest_change{1};
// Records to be read back: beyond that the engine stands still, or has no room.
constexpr std::size_t most_in_flight = 2048;

Replica::Options options_of(const ClusterQueue::Start& start) {
  return {.name = start.cluster.replica,
          .version = start.version,
          .publisher = start.publisher,
          .salt = start.salt,
          .agreement = Agreement::of(start.queue)};
}

}  // namespace

ClusterQueue::ClusterQueue(std::unique_ptr<OrderedLog> log, const Clock& clock, const Start& start)
    : log_(std::move(log)),
      clock_(clock),
      name_(start.cluster.name),
      rejects_(start.queue.when_full == queue::WhenFull::reject),
      replica_(*log_, clock, options_of(start)),
      scrapes_(Scrapes::make(replica_, clock,
                             [executor = start.executor](asio::awaitable<void> work) {
                               asio::co_spawn(executor, std::move(work), rethrow);
                             })),
      groups_(replica_, clock, start.queue.appenders, start.cluster.timeout),
      timer_(std::make_shared<asio::steady_timer>(start.executor)),
      joined_(start.publisher),
      keeps_senders_(start.queue.keep_senders),
      connected_at_(clock.steady().time_since_epoch().count()) {
  log_->answer_by([scrapes = scrapes_](const std::string& question, OrderedLog::Reply reply) {
    scrapes->answer(question, std::move(reply));
  });
  replica_.on_applied([this](const Machine& machine, const Applied& applied) {
    scrapes_->note_applied(machine, applied);
    joined_.note(machine, applied.publisher);
    over_share_.store(machine.over_share(), std::memory_order_relaxed);
    rejects_.store(machine.agreement().when_full == queue::WhenFull::reject, std::memory_order_relaxed);
  });
  replica_.start();
  pulse();
}

// Nothing is told any more once the log is gone; the parts that are told go after it.
ClusterQueue::~ClusterQueue() {
  timer_->cancel();
  log_.reset();
}

// The timer outlives a queue that is gone: then its wait was cancelled, or what was due already finds no queue.
void ClusterQueue::pulse() {
  if (log_->is_connected()) connected_at_.store(clock_.steady().time_since_epoch().count(), std::memory_order_relaxed);
  replica_.pulse();
  groups_.pulse();
  scrapes_->pulse();
  if (has_left_) return;
  timer_->expires_after(pulse_step);
  timer_->async_wait([this, timer = std::weak_ptr(timer_)](const asio::error_code& error) {
    if (!error && !timer.expired()) pulse();
  });
}

bool ClusterQueue::is_reachable() const {
  return log_->is_connected() && !log_->refuses() && replica_.state() == Replica::State::ready &&
         replica_.in_flight() < most_in_flight;
}

// Not while it is filled at a start: what it is to hold is not there yet.
std::shared_ptr<queue::Ledger> ClusterQueue::ledger() const {
  return replica_.look([](const Machine& machine) {
    return machine.is_filling() ? std::shared_ptr<queue::Ledger>() : machine.ledger();
  });
}

// ---- in ----

queue::StoredOne ClusterQueue::append(queue::Poster poster, const event::Event& event) {
  const queue::StoredAll all = append_all(poster, {&event, 1});
  return all.duplicates == 1 ? queue::StoredOne(queue::Stored::duplicate, all.ids.front()) : queue::StoredOne(all.what);
}

queue::StoredAll ClusterQueue::append_all(queue::Poster poster, std::span<const event::Event> events) {
  if (replica_.state() == Replica::State::stopped) return {.what = queue::Stored::unable};
  if (!is_reachable()) return {.what = queue::Stored::unavailable};
  if (std::optional<Stored> known = all_known(events))
    return queue::outcome_of(queue::StoredAll{}, {.each = *std::move(known)}, poster.each_alone);
  if (is_over_share(poster.sender, events)) return {.what = queue::Stored::over_share};
  if (replica_.is_refused_events() || (rejects_.load(std::memory_order_relaxed) && is_full_for(events)))
    return {.what = queue::Stored::full};
  return {.what = groups_.add(poster, events), .stored = events.size()};
}

// Who repeats events with keys would fill the engine with records that store nothing, which no share of his counts.
std::optional<Stored> ClusterQueue::all_known(std::span<const event::Event> events) const {
  if (!std::ranges::all_of(events, [](const event::Event& event) { return event.key.has_value(); }))
    return std::nullopt;
  return replica_.look([&](const Machine& machine) { return machine.all_known(events); });
}

// Else the record would be in the engine, and say nothing.
bool ClusterQueue::is_full_for(std::span<const event::Event> events) const {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  if (shared == nullptr) return false;
  std::uint64_t size = 0;
  for (const event::Event& event : events) size += event_log::Record::size_for(event_log::Record::shape_of(event));
  const std::lock_guard lock(shared->mutex);
  return shared->log.tail() - shared->table.lowest_to_be_sent().bytes + size > shared->log.capacity();
}

// Likewise. The record says who is over his share, and which one lets him go on; this looks whether that is due.
bool ClusterQueue::is_over_share(std::uint64_t sender, std::span<const event::Event> events) const {
  if (sender == 0 || over_share_.load(std::memory_order_relaxed) != sender) return false;
  return replica_.look([&](const Machine& machine) { return machine.would_be_over_share(sender, events); });
}

void ClusterQueue::when_durable(unsigned appender, std::function<void(const queue::Durable&)> told) {
  groups_.when_known(appender, std::move(told));
}

// ---- out ----

asio::awaitable<queue::TakeResult> ClusterQueue::take(std::string scraper, queue::Coming coming,
                                                      delivery::Waiting& waiting, SteadyTime until) {
  if (!is_reachable()) co_return Unexpected{queue::NoBatch::unavailable};
  Scrapes::Wish wish{.scraper = std::move(scraper), .coming = coming, .until = until, .answer_by = coming.answer_by};
  auto taking = Scrapes::take(scrapes_, std::move(wish), waiting);
  queue::TakeResult taken = co_await std::move(taking);
  co_return taken;
}

std::unique_ptr<queue::Batch> ClusterQueue::peek(std::string_view scraper) {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  if (shared == nullptr) return nullptr;
  const std::lock_guard lock(shared->mutex);
  const queue::Scraper* const found = shared->table.find(scraper);
  if (found == nullptr || found->displaced) return nullptr;
  return std::make_unique<CopiedBatch>(shared, shared->peek(*found));
}

std::uint64_t ClusterQueue::next_number(std::string_view /*scraper*/) { return 0; }

// ---- what is in the log ----

std::unique_ptr<queue::HistoryReader> ClusterQueue::read_history(queue::HistoryQuery query) {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  if (shared == nullptr || !queue::can_ask_for(*shared, query.scraper)) return nullptr;
  return std::make_unique<queue::EmbeddedHistoryReader>(shared, std::move(query));
}

std::unique_ptr<queue::LabelCounter> ClusterQueue::count_by_label(queue::LabelCountQuery query) {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  if (shared == nullptr || !queue::can_ask_for(*shared, query.scraper)) return nullptr;
  return std::make_unique<queue::EmbeddedLabelCounter>(shared, std::move(query));
}

std::optional<queue::FoundEvent> ClusterQueue::find(const queue::EventId& id) {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  if (shared == nullptr) return std::nullopt;
  return queue::find_event(*shared, id);
}

void ClusterQueue::note_sender(std::span<const queue::EventId> events, const queue::Sender& sender) {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  if (!keeps_senders_ || shared == nullptr) return;
  if (!shared->senders.is_on()) shared->senders.turn(true);  // the log had not begun when the settings said so
  shared->senders.note(events, sender);
}

queue::QueueStatistics ClusterQueue::statistics() const {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  queue::QueueStatistics statistics;
  if (shared != nullptr) statistics = queue::statistics_of(*shared, clock_.unix_ms());
  statistics.in_file = true;
  statistics.failed = unable_to_store();
  queue::ClusterStatistics& cluster = statistics.cluster.emplace(statistics_of(replica_, clock_));
  cluster.name = name_;
  cluster.waiting_bytes = groups_.load().bytes;
  cluster.takeovers_delivered = scrapes_->takeovers().delivered();
  cluster.takeovers_timed_out = scrapes_->takeovers().timed_out();
  replica_.look([&](const Machine& machine) { tell_holders(machine, statistics.scrapers); });
  return statistics;
}

bool ClusterQueue::above_high_watermark() const noexcept {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  return shared != nullptr && shared->is_above_high_watermark();
}

// ---- what an operator changes ----

asio::awaitable<queue::Changed> ClusterQueue::change(Change::What what, std::string scraper, std::int64_t since_unix_ms,
                                                     delivery::Waiting& waiting) {
  struct Answer {
    delivery::OneShotEvent known;
    std::optional<ChangeOutcome> outcome;
  };
  using What = queue::Changed::What;
  const Change wanted{.what = what, .scraper = scraper, .since_unix_ms = since_unix_ms};
  const SteadyTime until = clock_.steady() + longest_change;
  while (is_reachable() && !waiting.stopping() && !waiting.peer_closed() && clock_.steady() < until) {
    auto answer = std::make_shared<Answer>();
    replica_.publish(wanted, [answer](const Applied& applied) {
      if (const auto* const outcome = std::get_if<ChangeOutcome>(&applied.outcome)) answer->outcome = *outcome;
      answer->known.notifier()();
    });
    co_await waiting.wait_until(answer->known, until);
    if (!answer->known.notified()) co_return queue::Changed{.what = What::perhaps};
    if (!answer->outcome) break;
    if (const auto* const changed = std::get_if<queue::Changed>(&*answer->outcome)) co_return *changed;
    Out out = std::get<HeldBy>(*answer->outcome).out;
    auto finding = Scrapes::find_out(scrapes_, scraper, std::move(out), waiting);
    co_await std::move(finding);
  }
  co_return queue::Changed{.what = waiting.stopping() || waiting.peer_closed() ? What::stopping : What::busy};
}

asio::awaitable<queue::Changed> ClusterQueue::replay(std::string scraper, std::int64_t since_unix_ms,
                                                     delivery::Waiting& waiting) {
  return change(Change::What::replay, std::move(scraper), since_unix_ms, waiting);
}

asio::awaitable<queue::Changed> ClusterQueue::skip(std::string scraper, delivery::Waiting& waiting) {
  return change(Change::What::skip, std::move(scraper), 0, waiting);
}

asio::awaitable<queue::Changed> ClusterQueue::forget(std::string scraper, delivery::Waiting& waiting) {
  return change(Change::What::forget, std::move(scraper), 0, waiting);
}

// ---- the program ----

// What was lost before this run has been said by runs before it.
void ClusterQueue::tick() {
  const std::shared_ptr<queue::Ledger> shared = ledger();
  if (shared == nullptr) return;
  std::unique_lock lock(shared->mutex);
  const queue::Losses::Unlogged unlogged =
      shared->losses.take_unlogged(shared->table.all(), clock_.steady(), !has_ticked_);
  lock.unlock();
  const bool had_ticked = std::exchange(has_ticked_, true);
  if (had_ticked) unlogged.write();
  if (!contents_) contents_.emplace(*shared);
  const bool is_one_refused = over_share_.load(std::memory_order_relaxed) != 0;
  contents_->tick((had_ticked && !unlogged.empty()) || is_one_refused);
}

void ClusterQueue::change(const queue::Options& options) {
  keeps_senders_ = options.keep_senders;
  if (const std::shared_ptr<queue::Ledger> shared = ledger()) shared->senders.turn(options.keep_senders);
  replica_.agree_on(Agreement::of(options));
}

std::size_t ClusterQueue::max_unnamed() const {
  return replica_.look(
      [](const Machine& machine) { return static_cast<std::size_t>(machine.agreement().max_unnamed); });
}

bool ClusterQueue::unable_to_store() const noexcept { return replica_.state() == Replica::State::stopped; }

std::string ClusterQueue::why_not_ready() const {
  std::string state = state_not_ready();
  if (state.empty() || replica_.state() == Replica::State::stopped) return state;
  const std::string trouble = log_->engine_state().trouble;
  return trouble.empty() ? state : state + ": " + trouble;
}

std::string ClusterQueue::state_not_ready() const {
  switch (replica_.state()) {
    case Replica::State::stopped:
      return "the cluster's log cannot be followed: " + replica_.why_stopped();
    case Replica::State::left_behind:
      return "this replica was away from the cluster's log for long: begins anew";
    case Replica::State::starting:
      return "the cluster's engine has not answered yet";
    case Replica::State::catching_up:
      return "catching up with the cluster's log";
    case Replica::State::ready:
      break;
  }
  if (log_->refuses()) return "the cluster's engine stores nothing";
  const SteadyTime connected_at{SteadyTime::duration(connected_at_.load(std::memory_order_relaxed))};
  const SteadyTime now = clock_.steady();
  const bool is_away =
      now - connected_at >= away_is_not_ready || now - replica_.waits_since().value_or(now) >= away_is_not_ready;
  return is_away ? "the cluster's engine is away" : "";
}

std::string ClusterQueue::why_begin_anew() const {
  if (replica_.state() != Replica::State::left_behind) return {};
  return "this replica was away from the cluster's log for so long that " + replica_.why_stopped();
}

/// Until all records are read back.
asio::awaitable<void> ClusterQueue::wait_for_log(milliseconds patience) {
  const SteadyTime until = clock_.steady() + patience;
  asio::steady_timer timer(timer_->get_executor());
  while (replica_.in_flight() > 0 && clock_.steady() < until) {
    timer.expires_after(milliseconds(5));
    asio::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

// Nothing else keeps the main thread's loop from its end.
asio::awaitable<void> ClusterQueue::leave() {
  co_await say_goodbye();
  has_left_ = true;
  timer_->cancel();
}

// What becomes of batches goes out also where the connection is made anew just now. A word of leaving before that would
// take all of it back.
asio::awaitable<void> ClusterQueue::say_goodbye() {
  if (replica_.state() != Replica::State::ready) co_return;
  scrapes_->tell_all_ends();
  co_await wait_for_log(longest_leave);
  if (replica_.in_flight() == 0) replica_.leave();
  co_await wait_for_log(longest_leave / 2);
  if (replica_.in_flight() > 0)
    log::warn("the cluster was left without a word: the others wait for the deadlines of our batches");
}

}  // namespace oneshot::cluster
