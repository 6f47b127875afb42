// SPDX-License-Identifier: MIT
//
// Random operations on a small log, next to a model in which every scraper simply has a queue of its own: each event
// comes out exactly once for each scraper, or is counted as dropped; in order, as long as no single one fails; and once
// more for each time that it is sent again, unless the log needed the room.
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using Numbers = std::vector<std::uint64_t>;

Numbers values(const Batch& batch) {
  Numbers all;
  for (const BatchEvent& event : events_of(batch)) all.push_back(static_cast<std::uint64_t>(event.value));
  return all;
}

struct ModelKept {
  std::unique_ptr<Kept> kept;
  Numbers events;
};

struct ModelScraper {
  std::set<std::uint64_t> pending;  // not delivered; perhaps dropped
  std::set<std::uint64_t> again;    // delivered, and to be sent again; perhaps yielded
  std::uint64_t entitled = 0;
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;
  SteadyTime first_seen;
  std::uint64_t came_at = 0;  // events that were stored before
  bool has_place = false;     // has earned it
  std::unique_ptr<Delivery> delivery;
  std::uint64_t last_number = 0;
  Numbers batch;
  std::vector<ModelKept> kept;

  [[nodiscard]] bool batch_is_again() const { return again.contains(batch.front()); }
};

class Model {
 public:
  Model(unsigned seed, WhenFull when_full, bool explicit_timestamps) : random_(seed) {
    f_.options.storage.capacity_bytes = 3 * page;
    f_.options.when_full = when_full;
    f_.options.explicit_timestamps = explicit_timestamps;
    f_.options.max_events_per_scrape = 50;
    f_.options.forget_after = 7s;
    f_.options.startup_hold = 20s;
    f_.options.max_unnamed = 3;
  }

  void step() {
    const unsigned what = below(100);
    if (what < 70) {
      append();
    } else if (what < 80) {
      take_or_check(pick());
    } else if (what < 90) {
      finish(pick());
    } else if (what < 95) {
      revoke(pick());
    } else if (what < 97) {
      peek(pick());
    } else if (what < 98) {
      check_peek();
    } else {
      tick();
    }
    check_numbers();
  }

  /// All good times: whatever still waits arrives, and the rest was counted as dropped.
  void drain() {
    peek_.reset();
    for (auto& [name, scraper] : scrapers_) scraper.delivery.reset();  // nobody keeps room that others need
    for (auto& [name, scraper] : scrapers_) {
      for (ModelKept& one : scraper.kept) one.kept.reset();
      f_.clock.advance(10s);  // no time is ahead
      for (int scrapes = 0; in_queue(name) > 0; ++scrapes) {
        REQUIRE(scrapes < 2'000);
        take_or_check(name);
        if (scraper.delivery != nullptr) arrive(scraper, false);
        scraper.delivery.reset();
      }
      const ScraperStatistics n = f_.numbers(name);
      REQUIRE(scraper.pending.size() == n.dropped_full);
      REQUIRE(n.delivered == scraper.delivered);
      if (n.proofs_given_up == 0) REQUIRE(scraper.again.empty());
      scraper.pending.clear();
    }
  }

  std::uint64_t batches = 0;
  std::uint64_t left_out = 0;  // single events that were at fault
  std::uint64_t revoked = 0;
  std::uint64_t dropped = 0;
  std::uint64_t forgotten = 0;

 private:
  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }
  std::string pick() { return std::string(1, static_cast<char>('a' + below(3))); }

  void append() {
    const std::string labels(below(60), static_cast<char>('a' + below(4)));
    const event::Event event{.labels = labels, .value = static_cast<double>(stored_), .value_given = true};
    if (f_.queue().append(0, event) != Stored::stored) {
      REQUIRE((f_.options.when_full == WhenFull::reject || reading()));
      return;
    }
    for (auto& [name, scraper] : scrapers_) {
      scraper.pending.insert(stored_);
      ++scraper.entitled;
    }
    ++stored_;
  }

  /// Somebody keeps the log from making room.
  bool reading() const { return (peek_ != nullptr) || handed_over_ < taken_; }

  void take_or_check(const std::string& name) {
    const std::unique_ptr<WaitingScrape> waiter = f_.enter(name);
    if (!scrapers_.contains(name)) {  // how much of the past it gets depends on the hold
      ModelScraper& scraper = scrapers_[name];
      scraper.first_seen = f_.clock.steady();
      scraper.came_at = stored_;
      scraper.entitled = f_.numbers(name).waiting;
      for (std::uint64_t n = stored_ - scraper.entitled; n < stored_; ++n) scraper.pending.insert(n);
    }
    ModelScraper& scraper = scrapers_[name];
    if (f_.clock.steady() - scraper.first_seen >= 1s) scraper.has_place = true;
    StepResult result = f_.step(*waiter);
    if (scraper.delivery) {
      REQUIRE(std::holds_alternative<WaitForChange>(result));
      return;
    }
    if (std::holds_alternative<WaitForRoom>(result)) {
      REQUIRE(reading());
      return;
    }
    REQUIRE(std::holds_alternative<std::unique_ptr<Delivery>>(result));
    std::unique_ptr<Delivery> delivery = std::move(std::get<std::unique_ptr<Delivery>>(result));
    REQUIRE(delivery->number() > std::exchange(scraper.last_number, delivery->number()));
    if (delivery->count() == 0) return;
    ++batches;
    scraper.batch = values(delivery->batch());
    REQUIRE(scraper.batch.size() == delivery->count());
    REQUIRE(scraper.batch.size() <= 50);
    check_batch(scraper);
    scraper.delivery = std::move(delivery);
    ++taken_;
    if (below(2) == 0) hand_over(scraper);
  }

  /// In order, and nothing is left out but what stands aside while single events are tried.
  void check_batch(const ModelScraper& scraper) {
    const std::set<std::uint64_t>& from = scraper.batch_is_again() ? scraper.again : scraper.pending;
    auto next = from.find(scraper.batch.front());
    for (const std::uint64_t event : scraper.batch) {
      REQUIRE(next != from.end());
      REQUIRE(*next++ == event);
    }
  }

  void hand_over(ModelScraper& scraper) {
    if (scraper.delivery->batch().size() == 0) return;  // already
    REQUIRE(values(scraper.delivery->batch()) == scraper.batch);
    scraper.delivery->handed_over();
    ++handed_over_;
  }

  void finish(const std::string& name) {
    const auto found = scrapers_.find(name);
    if (found == scrapers_.end() || !found->second.delivery) return;
    ModelScraper& scraper = found->second;
    hand_over(scraper);
    // Good and bad times: or batches would never become one event, or always be.
    if (below(30) == 0) bad_times_ = !bad_times_;
    const unsigned how = below(20);
    if (how < (bad_times_ ? 3U : 14U)) {
      arrive(scraper, how % 2 == 0);
    } else if (how < 19) {
      fail(name, scraper, static_cast<delivery::Outcome>(1 + below(4)));
    }
    scraper.delivery.reset();
  }

  void arrive(ModelScraper& scraper, bool keep) {
    if (keep) {
      scraper.kept.push_back({scraper.delivery->settle_and_keep(), scraper.batch});
    } else {
      scraper.delivery->settle(delivery::Outcome::delivered);
    }
    if (!scraper.batch_is_again()) {
      scraper.delivered += scraper.batch.size();
      if (scraper.batch.back() >= scraper.came_at) scraper.has_place = true;
    }
    leave(scraper);
  }

  static void leave(ModelScraper& scraper) {
    std::set<std::uint64_t>& from = scraper.batch_is_again() ? scraper.again : scraper.pending;
    for (const std::uint64_t event : scraper.batch) from.erase(event);
  }

  /// Only an event that was alone may leave by that.
  void fail(const std::string& name, ModelScraper& scraper, delivery::Outcome outcome) {
    const ScraperStatistics before = f_.numbers(name);
    scraper.delivery->settle(outcome);
    const ScraperStatistics after = f_.numbers(name);
    const std::uint64_t given_up = after.given_up - before.given_up;
    const std::uint64_t refused = after.dropped_refused - before.dropped_refused;
    if (scraper.batch_is_again()) {
      REQUIRE(refused == 0);
      // What is not sent once more was given up for good.
      if (scraper.batch.size() == 1 && in_queue(name) < before.in_flight + before.waiting) leave(scraper);
      return;
    }
    REQUIRE((given_up + refused == 0 || scraper.batch.size() == 1));
    if (given_up + refused == 0) return;
    REQUIRE(outcome != delivery::Outcome::timed_out);
    scraper.delivered += given_up;
    scraper.refused += refused;
    left_out += refused + given_up;
    leave(scraper);
  }

  std::uint64_t in_queue(const std::string& name) {
    const ScraperStatistics n = f_.numbers(name);
    return n.in_flight + n.waiting;
  }

  /// The store has lost a batch, or a part of it; or nobody fears that any more.
  void revoke(const std::string& name) {
    const auto found = scrapers_.find(name);
    if (found == scrapers_.end() || found->second.kept.empty()) return;
    ModelScraper& scraper = found->second;
    const std::size_t which = below(static_cast<unsigned>(scraper.kept.size()));
    ModelKept& one = scraper.kept[which];
    const std::unique_ptr<Batch> open = one.kept->open();
    if (open == nullptr || below(3) == 0) {
      REQUIRE((open != nullptr || !one.kept->send_again()));
      scraper.kept.erase(scraper.kept.begin() + static_cast<std::ptrdiff_t>(which));
      return;
    }
    REQUIRE(values(*open) == one.events);
    std::vector<EventRef> refs;
    for (const BatchEvent& event : events_of(*open)) {
      if (below(2) == 0) continue;
      refs.push_back(event.ref);
      scraper.again.insert(static_cast<std::uint64_t>(event.value));
    }
    REQUIRE(one.kept->send_again(refs));
    ++revoked;
  }

  void peek(const std::string& name) {
    peek_ = f_.queue().peek(name);
    REQUIRE((peek_ != nullptr) == scrapers_.contains(name));
    if (peek_) peeked_ = values(*peek_);
  }
  void check_peek() {
    if (peek_) REQUIRE(values(*peek_) == peeked_);
    peek_.reset();
  }

  void tick() {
    std::map<std::string, std::uint64_t> before;
    for (const auto& [name, scraper] : scrapers_) before[name] = f_.numbers(name).waiting + f_.forgotten(name);
    f_.clock.advance(std::chrono::milliseconds(below(8000)));
    f_.queue().tick();
    for (const auto& [name, waiting_and_forgotten] : before) {
      if (f_.known(name)) continue;
      if (scrapers_[name].has_place) {
        REQUIRE(f_.forgotten(name) == waiting_and_forgotten);
      } else {
        REQUIRE(f_.forgotten(name) <= waiting_and_forgotten);  // of an earlier time, when it had
      }
      REQUIRE(scrapers_[name].delivery == nullptr);
      scrapers_.erase(name);
      ++forgotten;
    }
  }

  void check_numbers() {
    const QueueStatistics all = f_.queue().statistics();
    REQUIRE(all.scrapers.size() == scrapers_.size());
    REQUIRE(all.used_bytes <= all.capacity_bytes);
    std::uint64_t kept = all.held;
    for (const ScraperStatistics& n : all.scrapers) {
      const ModelScraper& scraper = scrapers_[n.name];
      REQUIRE(n.delivered == scraper.delivered);
      REQUIRE(n.in_flight == (scraper.delivery ? scraper.batch.size() : 0));
      REQUIRE(n.dropped_refused == scraper.refused);
      const std::uint64_t all_of_it = n.delivered + n.dropped_full + n.dropped_refused + n.in_flight + n.waiting;
      REQUIRE(all_of_it >= scraper.entitled);
      REQUIRE(all_of_it <= scraper.entitled + scraper.again.size());
      if (n.proofs_given_up == 0) REQUIRE(all_of_it == scraper.entitled + scraper.again.size());
      kept += n.waiting + n.in_flight;
      if (f_.options.when_full == WhenFull::reject) REQUIRE(n.dropped_full == 0);
      dropped = std::max(dropped, n.dropped_full);
    }
    REQUIRE(all.kept <= kept);
  }

  std::mt19937 random_;
  Fixture f_;
  std::uint64_t stored_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t handed_over_ = 0;
  bool bad_times_ = false;
  std::map<std::string, ModelScraper> scrapers_;
  std::unique_ptr<Batch> peek_;
  Numbers peeked_;
};

TEST_CASE("a hundred thousand random operations agree with a model of one queue per scraper") {
  std::uint64_t dropped = 0;
  std::uint64_t forgotten = 0;
  std::uint64_t left_out = 0;
  std::uint64_t revoked = 0;
  constexpr unsigned a_log_that_refuses_yields = 45;
  for (unsigned round = 0; round < 21; ++round) {
    const unsigned seed = round < 20 ? round : a_log_that_refuses_yields;
    CAPTURE(seed);
    Model model(seed, seed % 2 == 0 ? WhenFull::drop_oldest : WhenFull::reject, seed % 4 >= 2);
    for (int i = 0; i < 5000; ++i) model.step();
    model.drain();
    CHECK(model.batches > 50);
    left_out += model.left_out;
    revoked += model.revoked;
    dropped += model.dropped;
    forgotten += model.forgotten;
  }
  CHECK(dropped > 1000);  // it has been to all places
  CHECK(forgotten > 20);
  CHECK(left_out > 20);
  CHECK(revoked > 500);
}

}  // namespace
}  // namespace oneshot::queue::test
