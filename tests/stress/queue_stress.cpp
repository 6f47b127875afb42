// SPDX-License-Identifier: MIT
//
// Producers, scrapers that fail at random, stores that lose what they had, people who look, and housekeeping, all at
// once on a small log. Each event carries its producer and a number of its own; in the end each scraper has got every
// number once, or it was counted as dropped. Some events go in by batches, some have keys, and of these one more thread
// posts the newest again and again. Meant for the build with ThreadSanitizer.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "queue/local/embedded_queue.hpp"

namespace oneshot::queue {
namespace {

constexpr unsigned producers = 3;
constexpr unsigned repeater = producers;  // its number as an appender
constexpr std::array<std::string_view, 3> scrapers = {"a", "b", "c"};
constexpr unsigned threads_per_scraper = 2;
constexpr std::uint64_t events_per_producer = 40'000;
constexpr std::uint64_t room_for_all = std::uint64_t{64} << 20;  // no event, and no kept one, has to make room

class NobodyToAsk final : public delivery::Transfer {
 public:
  asio::awaitable<State> resolve() override { co_return State::under_way; }
};

/// What one scraper was given for good: by producer, how often each number.
class Given {
 public:
  explicit Given() {
    for (auto& numbers : times_) numbers.resize(events_per_producer);
  }
  /// Several threads scrape for one scraper, one after the other.
  void add(const std::vector<std::pair<unsigned, std::uint64_t>>& batch) {
    const std::lock_guard lock(mutex_);
    for (const auto& [producer, number] : batch) ++times_[producer][number];
  }
  /// The store has lost these.
  void remove(const std::vector<std::pair<unsigned, std::uint64_t>>& batch) {
    const std::lock_guard lock(mutex_);
    for (const auto& [producer, number] : batch) --times_[producer][number];
  }
  [[nodiscard]] std::uint64_t given(unsigned char times) const {
    std::uint64_t events = 0;
    for (const auto& numbers : times_) events += static_cast<std::uint64_t>(std::ranges::count(numbers, times));
    return events;
  }

 private:
  std::mutex mutex_;
  std::array<std::vector<unsigned char>, producers> times_;
};

struct Run {
  std::unique_ptr<EmbeddedQueue> queue;
  std::array<Given, scrapers.size()> given;
  delivery::Outcome not_delivered = delivery::Outcome::unconfirmed;
  std::atomic<std::uint64_t> sent_again{0};
  std::uint64_t events = events_per_producer;  // of each
  std::atomic<bool> finished{false};           // nothing will be stored any more
  std::atomic<bool> quiet{false};              // all scrapers are done
  std::atomic<bool> all_sent_again{false};     // each scraper has got something a second time
  std::atomic<std::uint64_t> out_of_order{0};
  std::array<std::atomic<std::uint64_t>, producers> newest{};  // that is being posted
  std::atomic<std::uint64_t> duplicates{0};
};

/// The events of one producer. Many series, so that with timestamps the times do not run ahead of the clock by much.
class Events {
 public:
  explicit Events(unsigned producer) : producer_(producer) {
    for (unsigned i = 0; i < 100; ++i) {
      series_.push_back("producer=\"" + std::to_string(producer) + "\",series=\"" + std::to_string(i) + "\"");
    }
  }
  /// Two of three have keys.
  [[nodiscard]] event::Event at(std::uint64_t n) const {
    event::Event event{.labels = series_[n % series_.size()], .value = static_cast<double>(n), .value_given = true};
    // Senders' times as they come, most of them behind their series.
    if (n % 4 == 0) event.sent_unix_ms = system_clock().unix_ms() - static_cast<std::int64_t>(n * 7 % 2000);
    if (n % 3 != 0) event.key = event::IdempotencyKey{.high = n + 1, .low = n * producers + producer_};
    return event;
  }

 private:
  unsigned producer_;
  std::vector<std::string> series_;
};

bool is_safe(Run& run, unsigned producer) {
  std::promise<bool> told;
  run.queue->when_durable(producer,
                          [&told](const Durable& durable) { told.set_value(durable.what == Stored::stored); });
  return told.get_future().get();
}

/// The next `count` events, from `n` on; false: not now.
bool post(Run& run, unsigned producer, const Events& events, std::uint64_t n, std::uint64_t count) {
  std::vector<event::Event> batch;
  for (std::uint64_t i = 0; i < count; ++i) batch.push_back(events.at(n + i));
  StoredAll all{.stored = 1};
  if (count == 1) {
    all.what = run.queue->append(producer, batch.front());
  } else {
    all = run.queue->append_all(producer, batch);
  }
  if (all.what == Stored::flushing) return is_safe(run, producer);
  run.duplicates += all.duplicates + (all.what == Stored::duplicate ? 1 : 0);
  return all.what == Stored::stored || all.what == Stored::duplicate;
}

void produce(Run& run, unsigned producer) {
  std::mt19937 random(producer);
  const Events events(producer);
  for (std::uint64_t n = 0; n < run.events;) {
    // A fast producer is done before scrapers have failed once: the second half waits for that.
    for (int turns = 0; n > run.events / 2 && !run.all_sent_again && turns < 100; ++turns) std::this_thread::yield();
    run.newest[producer] = n;
    const std::uint64_t count = random() % 4 == 0 ? std::min<std::uint64_t>(1 + random() % 20, run.events - n) : 1;
    if (post(run, producer, events, n, count)) {
      n += count;
    } else {
      std::this_thread::yield();
    }
  }
}

/// Whichever of the two comes first stores the event.
void repeat(Run& run) {
  std::vector<Events> events;
  for (unsigned producer = 0; producer < producers; ++producer) events.emplace_back(producer);
  while (!run.finished) {
    for (unsigned producer = 0; producer < producers; ++producer) {
      const event::Event event = events[producer].at(run.newest[producer]);
      if (!event.key) continue;
      const Stored stored = run.queue->append(repeater, event);
      if (stored == Stored::flushing) is_safe(run, repeater);
      if (stored == Stored::duplicate) ++run.duplicates;
    }
    std::this_thread::yield();
  }
}

std::vector<std::pair<unsigned, std::uint64_t>> read(Run& run, const Batch& events) {
  std::vector<std::pair<unsigned, std::uint64_t>> batch;
  std::array<std::uint64_t, producers> next{};
  std::unordered_map<std::string_view, std::int64_t> last;  // time of each series
  std::array<BatchEvent, 1> block;
  const BatchEvent& event = block[0];
  for (EventRef at = first_event; events.read(at, block) == 1;) {
    const auto producer = static_cast<unsigned>(event.labels.at(std::string_view("producer=\"").size()) - '0');
    const auto number = static_cast<std::uint64_t>(event.value);
    if (producer >= producers || number < next[producer]) {
      ++run.out_of_order;
      continue;
    }
    next[producer] = number + 1;
    if (run.queue->explicit_timestamps()) {
      const auto [before, is_first] = last.try_emplace(event.labels, event.unix_ms);
      if (!is_first && event.unix_ms <= before->second) ++run.out_of_order;
      before->second = event.unix_ms;
    }
    batch.emplace_back(producer, number);
  }
  return batch;
}

bool nothing_left(Run& run, std::size_t scraper) {
  const ScraperStatistics numbers = run.queue->statistics().scrapers.at(scraper);
  return numbers.waiting == 0 && numbers.in_flight == 0;
}

/// Blocks until `event` is notified: a wake-up that does not come hangs the test.
void wait_for(delivery::OneShotEvent& event) {
  std::promise<void> woken;
  event.on_notify([&woken] { woken.set_value(); });
  woken.get_future().wait();
  event.forget();  // the notifying thread is done with `woken`
}

/// The batch, or nothing where the patience is over.
std::unique_ptr<Delivery> wait_for_batch(WaitingScrape& waiter, std::mt19937& random) {
  for (;;) {
    StepResult result = waiter.step();
    if (auto* const taken = std::get_if<std::unique_ptr<Delivery>>(&result)) return std::move(*taken);
    if (random() % 64 == 0) return nullptr;  // leaves the wait queue
    if (std::holds_alternative<WaitForChange>(result) && random() % 2 == 0) {
      wait_for(waiter.changed());
    } else {
      std::this_thread::yield();
    }
  }
}

/// The store loses every second event of what is kept.
void revoke(Run& run, std::size_t scraper, Kept& kept) {
  const std::unique_ptr<Batch> events = kept.open();
  if (events == nullptr) return;
  std::vector<EventRef> lost;
  std::array<BatchEvent, 2> block;
  for (EventRef at = first_event; events->read(at, block) == block.size();) lost.push_back(block[1].ref);
  std::vector<std::pair<unsigned, std::uint64_t>> numbers = read(run, *events);
  for (std::size_t i = 0; i < lost.size(); ++i) numbers[i] = numbers[2 * i + 1];
  numbers.resize(lost.size());
  run.given[scraper].remove(numbers);
  if (kept.send_again(lost)) {
    run.sent_again += lost.size();
  } else {
    run.given[scraper].add(numbers);
  }
}

void scrape(Run& run, std::size_t scraper, unsigned seed) {
  std::mt19937 random(seed);
  std::unique_ptr<Kept> kept;
  for (;;) {
    const bool last_round = run.finished;  // asked before the batch is taken, which then holds all that is left
    std::unique_ptr<WaitingScrape> waiter = std::move(*run.queue->enter(scrapers[scraper]));
    const std::unique_ptr<Delivery> delivery = wait_for_batch(*waiter, random);
    waiter.reset();
    if (delivery == nullptr) continue;
    if (kept != nullptr && (run.sent_again == 0 || random() % 4 == 0)) {
      if (run.sent_again == 0 || random() % 2 == 0) revoke(run, scraper, *kept);
      kept.reset();
    }
    if (delivery->count() == 0) {
      if (last_round && nothing_left(run, scraper)) return;
      std::this_thread::yield();
      continue;
    }
    const auto transfer = std::make_shared<NobodyToAsk>();
    delivery->in_transfer(transfer);
    const auto batch = read(run, delivery->batch());
    const unsigned what = random() % 8;
    if (what == 0) continue;  // never sent
    if (what != 1) delivery->handed_over();
    if (what % 2 == 0) std::this_thread::yield();
    if (what < 4) {
      // Mostly time-outs: under cut connections without end all batches would shrink to single events.
      const bool cut = random() % 8 == 0;
      delivery->settle(!cut        ? delivery::Outcome::timed_out
                       : what == 1 ? delivery::Outcome::truncated
                                   : run.not_delivered);
    } else {
      run.given[scraper].add(batch);  // before anybody else can take the next one
      if (what % 2 == 0) {
        delivery->settle(delivery::Outcome::delivered);
      } else {
        kept = delivery->settle_and_keep();
      }
    }
  }
}

void look(Run& run) {
  while (!run.quiet) {
    for (const std::string_view scraper : scrapers) {
      if (const auto peek = run.queue->peek(scraper)) read(run, *peek);
    }
    const QueueStatistics all = run.queue->statistics();
    if (all.used_bytes > all.capacity_bytes) ++run.out_of_order;
    run.all_sent_again = std::ranges::all_of(all.scrapers, [](const auto& one) { return one.redelivered > 0; });
    std::this_thread::yield();
  }
}

void run_housekeeping(Run& run) {
  while (!run.quiet) {
    run.queue->tick();
    std::this_thread::yield();
  }
}

void run_all(const Options& options, std::uint64_t events = events_per_producer) {
  Run run;
  run.events = events;
  auto opened = EmbeddedQueue::open(options, system_clock());
  REQUIRE(opened.has_value());
  run.queue = std::move(*opened);
  // With timestamps a batch that is unread three times is given up, which is not what is looked at here.
  if (options.explicit_timestamps) run.not_delivered = delivery::Outcome::truncated;
  {
    std::vector<std::jthread> others;
    others.emplace_back([&] { look(run); });
    others.emplace_back([&] { run_housekeeping(run); });
    others.emplace_back([&] { repeat(run); });
    std::vector<std::jthread> scraping;
    for (std::size_t scraper = 0; scraper < scrapers.size(); ++scraper) {
      for (unsigned thread = 0; thread < threads_per_scraper; ++thread) {
        scraping.emplace_back(
            [&run, scraper, thread] { scrape(run, scraper, static_cast<unsigned>(scraper) * 10 + thread); });
      }
    }
    std::vector<std::jthread> producing;
    for (unsigned producer = 0; producer < producers; ++producer) {
      producing.emplace_back([&run, producer] { produce(run, producer); });
    }
    producing.clear();
    run.finished = true;
    scraping.clear();
    run.quiet = true;
  }

  CHECK(run.out_of_order == 0);
  CHECK(run.duplicates > 0);
  const std::uint64_t stored = producers * events;
  const QueueStatistics all = run.queue->statistics();
  REQUIRE(all.scrapers.size() == scrapers.size());
  for (std::size_t i = 0; i < scrapers.size(); ++i) {
    const ScraperStatistics& numbers = all.scrapers[i];
    CAPTURE(numbers.name);
    CHECK(numbers.waiting == 0);
    CHECK(numbers.in_flight == 0);
    const std::uint64_t once = run.given[i].given(1);
    CHECK(once + run.given[i].given(0) == producers * events_per_producer);
    CHECK(numbers.delivered + numbers.dropped_full + numbers.dropped_refused == stored);
    // What a store has lost does not count twice, and the log may have needed the room before it went out again.
    CHECK(numbers.delivered >= once);
    if (numbers.proofs_given_up == 0) CHECK(numbers.delivered == once);
    CHECK(numbers.redelivered > 0);
    if (options.when_full == WhenFull::reject) CHECK(numbers.dropped_full == 0);
    if (options.storage.capacity_bytes >= room_for_all) CHECK(numbers.proofs_given_up == 0);
  }
  if (options.storage.capacity_bytes >= room_for_all) CHECK(run.sent_again > 0);
}

Options small_log() {
  log::set_level(log::Level::error);  // thousands of lost events are expected here
  Options options;
  options.storage.capacity_bytes = 64 * 4096;
  options.names.assign(scrapers.begin(), scrapers.end());
  options.appenders = producers + 1;
  options.storage.idempotency_keys = 262'144;  // more than there are events
  options.max_events_per_scrape = 3000;
  return options;
}

TEST_CASE("with reject every stored event reaches every scraper exactly once") {
  Options options = small_log();
  options.when_full = WhenFull::reject;
  run_all(options);
}

TEST_CASE("with drop_oldest every stored event reaches every scraper exactly once or counts as dropped") {
  run_all(small_log());
}

TEST_CASE("with room for all, what stores have lost reaches them exactly once more") {
  Options options = small_log();
  options.storage.capacity_bytes = room_for_all;
  options.max_events_per_scrape = 500;
  run_all(options);
}

TEST_CASE("with timestamps of their own too") {
  Options options = small_log();
  options.explicit_timestamps = true;
  options.when_full = WhenFull::reject;
  run_all(options);
}

/// A file that is gone when the test is over.
struct File {
  File() { REQUIRE(::mkdtemp(folder.data()) != nullptr); }
  ~File() { std::filesystem::remove_all(folder); }
  std::string folder = (std::filesystem::temp_directory_path() / "oneshot-stress-XXXXXX").string();
};

TEST_CASE("in a file too, which is flushed meanwhile") {
  const File file;
  Options options = small_log();
  options.storage.path = file.folder + "/events.log";
  SUBCASE("with reject") { options.when_full = WhenFull::reject; }
  SUBCASE("with drop_oldest") {}
  run_all(options);
  options.storage.capacity_bytes *= 2;  // and what is in the file then can be used
  const auto again = EmbeddedQueue::open(options, system_clock());
  REQUIRE(again.has_value());
  for (const ScraperStatistics& scraper : (*again)->statistics().scrapers) CHECK(scraper.waiting == 0);
}

TEST_CASE("in a file where each event is flushed before it can be seen") {
  const File file;
  Options options = small_log();
  options.storage.path = file.folder + "/events.log";
  options.storage.sync = storage::Sync::always;
  options.when_full = WhenFull::reject;
  run_all(options, 3'000);
}

}  // namespace
}  // namespace oneshot::queue
