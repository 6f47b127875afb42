// SPDX-License-Identifier: MIT
//
// Random operations on a small log, next to a model in which every scraper simply has a queue of its own: each event
// comes out exactly once for each scraper, in order, or is counted as dropped.
#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <random>

#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using Numbers = std::vector<std::uint64_t>;

Numbers values(const Batch& batch) {
  Numbers all;
  for (const BatchEvent& event : events_of(batch)) all.push_back(static_cast<std::uint64_t>(event.value));
  return all;
}

struct ModelScraper {
  std::deque<std::uint64_t> pending;  // not delivered; perhaps dropped from the front, which shows at the next batch
  std::uint64_t entitled = 0;
  std::uint64_t delivered = 0;
  std::uint64_t skipped = 0;  // found dropped
  std::unique_ptr<Delivery> delivery;
  Numbers batch;
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
    if (what < 75) {
      append();
    } else if (what < 85) {
      take_or_check(pick());
    } else if (what < 95) {
      finish(pick());
    } else if (what < 97) {
      peek(pick());
    } else if (what < 98) {
      check_peek();
    } else {
      tick();
    }
    check_numbers();
  }

  std::uint64_t batches = 0;
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
      scraper.pending.push_back(stored_);
      ++scraper.entitled;
    }
    ++stored_;
  }

  /// Somebody keeps the log from making room.
  bool reading() const { return (peek_ != nullptr) || handed_over_ < taken_; }

  void take_or_check(const std::string& name) {
    const std::unique_ptr<Waiter> waiter = f_.enter(name);
    if (!scrapers_.contains(name)) {  // how much of the past it gets depends on the hold
      ModelScraper& scraper = scrapers_[name];
      scraper.entitled = f_.numbers(name).waiting;
      for (std::uint64_t n = stored_ - scraper.entitled; n < stored_; ++n) scraper.pending.push_back(n);
    }
    ModelScraper& scraper = scrapers_[name];
    Turn turn = f_.turn(*waiter);
    if (scraper.delivery) {
      REQUIRE(std::holds_alternative<NotYet>(turn));
      return;
    }
    REQUIRE(std::holds_alternative<std::unique_ptr<Delivery>>(turn));
    std::unique_ptr<Delivery> delivery = std::move(std::get<std::unique_ptr<Delivery>>(turn));
    if (delivery->count() == 0) return;
    ++batches;
    scraper.batch = values(delivery->batch());
    REQUIRE(scraper.batch.size() == delivery->count());
    REQUIRE(scraper.batch.size() <= 50);
    for (; scraper.pending.front() != scraper.batch.front(); ++scraper.skipped) {
      scraper.pending.pop_front();
      REQUIRE_FALSE(scraper.pending.empty());
    }
    REQUIRE(std::equal(scraper.batch.begin(), scraper.batch.end(), scraper.pending.begin()));
    scraper.delivery = std::move(delivery);
    ++taken_;
    if (below(2) == 0) hand_over(scraper);
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
    if (const unsigned how = below(10); how < 5) {
      scraper.delivery->settle(delivery::Outcome::delivered);
      scraper.delivered += scraper.batch.size();
      for (std::size_t n = scraper.batch.size(); n > 0; --n) scraper.pending.pop_front();
    } else if (how < 9) {
      scraper.delivery->settle(delivery::Outcome::truncated);
    }
    scraper.delivery.reset();
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
      REQUIRE(f_.forgotten(name) == waiting_and_forgotten);
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
      REQUIRE(n.delivered + n.dropped_full + n.in_flight + n.waiting == scraper.entitled);
      kept = std::max(kept, static_cast<std::uint64_t>(n.waiting) + n.in_flight);
      REQUIRE(n.dropped_full >= scraper.skipped);
      if (f_.options.when_full == WhenFull::reject) REQUIRE(n.dropped_full == 0);
      dropped = std::max(dropped, n.dropped_full);
    }
    REQUIRE(all.kept <= kept);  // what is in flight may have been overrun: then it is in the log no more
    if (f_.options.when_full == WhenFull::reject) REQUIRE(all.kept == kept);
  }

  std::mt19937 random_;
  Fixture f_;
  std::uint64_t stored_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t handed_over_ = 0;
  std::map<std::string, ModelScraper> scrapers_;
  std::unique_ptr<Batch> peek_;
  Numbers peeked_;
};

TEST_CASE("a hundred thousand random operations agree with a model of one queue per scraper") {
  std::uint64_t dropped = 0;
  std::uint64_t forgotten = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Model model(seed, seed % 2 == 0 ? WhenFull::drop_oldest : WhenFull::reject, seed % 4 >= 2);
    for (int i = 0; i < 5000; ++i) model.step();
    CHECK(model.batches > 50);
    dropped += model.dropped;
    forgotten += model.forgotten;
  }
  CHECK(dropped > 1000);  // it has been to all places
  CHECK(forgotten > 20);
}

}  // namespace
}  // namespace oneshot::queue::test
