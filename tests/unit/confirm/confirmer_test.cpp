// SPDX-License-Identifier: MIT
// One scraper's loop against a store on a table: the rules end to end, without sockets and without waiting.
#include "confirm/confirmer.hpp"

#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <string>
#include <vector>

#include "fake_store.hpp"
#include "support/captured_log.hpp"

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)
using oneshot::SteadyTime;
using oneshot::confirm::test::BatchLog;
using oneshot::confirm::test::FakeQueue;
using oneshot::confirm::test::FakeStore;
using oneshot::delivery::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Permit = Judge::Permit;
using Outcomes = std::vector<Outcome>;
using Events = std::vector<std::string>;

namespace {

/// A client's side of waiting: the test goes on when it likes.
class NoWaiting final : public oneshot::delivery::Waiting {
 public:
  explicit NoWaiting(FakeStore& store) : store_(store) {}
  asio::awaitable<void> yield() override { co_return; }
  asio::awaitable<void> pause(milliseconds) override { co_return; }
  asio::awaitable<void> wait(oneshot::delivery::OneShotEvent&) override { co_return; }
  asio::awaitable<void> wait_until(oneshot::delivery::OneShotEvent& event, SteadyTime until) override {
    co_await store_.wait_until(event, until);
  }
  [[nodiscard]] bool peer_closed() noexcept override { return false; }
  [[nodiscard]] bool stopping() const noexcept override { return false; }

 private:
  FakeStore& store_;
};

struct Rig {
  explicit Rig(bool calibrated = true, Options given = {}) : options(std::move(given)) {
    clock.set(1'795'671'000'000);
    queue.is_calibrated = calibrated;
    options.url = "http://prom-a:9090";
  }
  ~Rig() {
    if (confirmer != nullptr) confirmer->retire();
    settle_down();
    CHECK(ended);
  }

  void start() {
    confirmer = std::make_shared<Confirmer>("prom-a", options, queue, clock, store);
    confirmer->resume("events_to_metrics");
    run();
  }
  void run() {
    ended = false;
    asio::co_spawn(io, confirmer->run(), [this](const std::exception_ptr& fault) {
      CHECK(!fault);
      ended = true;
    });
    settle_down();
  }
  void settle_down() {
    io.restart();
    io.poll();
  }
  void pass(milliseconds time) {
    for (milliseconds passed{0}; passed < time; passed += milliseconds(50)) {
      clock.advance(milliseconds(50));
      store->tick();
      settle_down();
    }
  }
  /// A scrape that gets a batch, and whose last byte is sent.
  void send(std::uint64_t number, Events events = {"type=\"x\""}) {
    confirmer->taken(queue.batch(number, std::move(events)), "events_to_metrics");
    confirmer->handed_over(number);
    settle_down();
  }
  /// A scrape with the marker alone, which is stored.
  void marker(std::uint64_t number) {
    confirmer->issued(number);
    store->scrape(number);
    settle_down();
  }
  Permit permit() {
    NoWaiting waiting(*store);
    Permit permit{};
    bool done = false;
    asio::co_spawn(io, confirmer->before_scrape(waiting, clock.steady() + milliseconds(300)),
                   [&](const std::exception_ptr&, Permit got) {
                     permit = got;
                     done = true;
                   });
    settle_down();
    if (!done) pass(milliseconds(300));
    REQUIRE(done);
    return permit;
  }
  [[nodiscard]] Outcomes outcomes(std::uint64_t number) { return queue.log(number).outcomes; }

  asio::io_context io;
  oneshot::test::ManualClock clock;
  std::shared_ptr<FakeStore> store = std::make_shared<FakeStore>(io, clock);
  FakeQueue queue;
  Options options;
  std::shared_ptr<Confirmer> confirmer;
  bool ended = true;
};

}  // namespace

TEST_CASE("a quarter of a second after the last byte the store is asked: there, so delivered, whatever TCP says") {
  Rig rig;
  rig.start();
  rig.send(100);
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(milliseconds(200));
  CHECK(rig.store->asked.empty());
  rig.confirmer->told(100, Outcome::unconfirmed);
  rig.pass(milliseconds(50));
  CHECK(rig.store->asked.size() == 1);
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
  CHECK(rig.queue.log(100).kept);
  CHECK(rig.confirmer->statistics().confirmed == 1);
  CHECK(rig.permit() == Permit::batch);
}

TEST_CASE("what is not there yet is asked for after 0.5, 1, 2, 4, 4 s") {
  Rig rig;
  rig.start();
  rig.send(100);
  rig.pass(milliseconds(250 + 500 + 1000 + 2000 + 4000 + 4000));
  CHECK(rig.store->count("oneshot_batch") == 6);
  CHECK(rig.outcomes(100).empty());
}

TEST_CASE("a batch that did not go out whole goes out again at once, without a question") {
  Rig rig;
  rig.start();
  rig.confirmer->taken(rig.queue.batch(100), "events_to_metrics");
  rig.confirmer->told(100, Outcome::truncated);
  CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
  CHECK(rig.permit() == Permit::batch);
  rig.pass(seconds(5));
  CHECK(rig.store->asked.empty());
}

TEST_CASE("a batch that was never sent is forgotten") {
  Rig rig;
  rig.start();
  rig.confirmer->taken(rig.queue.batch(100), "events_to_metrics");
  rig.confirmer->withdrawn(100);
  rig.confirmer->told(100, Outcome::truncated);
  CHECK(rig.outcomes(100).empty());
  CHECK(rig.permit() == Permit::batch);
}

TEST_CASE("not there, and a later number is: not delivered, although TCP said so") {
  Rig rig;
  rig.start();
  rig.send(100);
  rig.confirmer->told(100, Outcome::delivered);
  rig.pass(seconds(1));
  CHECK(rig.permit() == Permit::waiting);
  CHECK(rig.confirmer->in_words(Permit::waiting) == "no batch: waiting for prom-a to show batch 100");
  rig.marker(101);
  rig.pass(milliseconds(500));
  CHECK(rig.outcomes(100).empty());  // patience is not over
  rig.pass(seconds(2));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
  CHECK(rig.confirmer->statistics().refuted_absent == 1);
  CHECK(rig.permit() == Permit::batch);
}

TEST_CASE("the reason for it is what the scraper said before the next scrape") {
  for (const auto& [error, outcome] :
       std::vector<std::pair<std::string, Outcome>>{{"sample limit exceeded", Outcome::refused},
                                                    {"context deadline exceeded", Outcome::timed_out},
                                                    {"EOF", Outcome::truncated}}) {
    const oneshot::test::CapturedLog log;
    Rig rig;
    rig.start();
    rig.marker(99);
    rig.send(100);
    rig.store->last_error = error;
    rig.pass(seconds(3));
    rig.store->last_error.clear();
    rig.marker(101);
    rig.pass(seconds(3));
    CHECK(rig.outcomes(100) == Outcomes{outcome});
    CHECK(log.count(error) == 1);
    CHECK(rig.confirmer->statistics().refuted_refused == (outcome == Outcome::refused ? 1U : 0U));
  }
}

TEST_CASE("a scrape that comes meanwhile asks at once, and waits for the answer a moment") {
  Rig rig;
  rig.start();
  rig.send(100);
  rig.store->scrape(100, {R"("type":"x")"});
  CHECK(rig.permit() == Permit::batch);
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
}

TEST_CASE("markers alone until one shows; then that is remembered") {
  Rig rig(false);
  rig.start();
  CHECK(rig.permit() == Permit::unseen);
  CHECK(rig.confirmer->in_words(Permit::unseen).find("waiting for prom-a to show oneshot_batch") != std::string::npos);
  CHECK(!rig.confirmer->statistics().active);
  rig.marker(99);
  CHECK(rig.permit() == Permit::batch);
  CHECK(rig.queue.is_calibrated);
  CHECK(rig.confirmer->statistics().active);
}

TEST_CASE("no marker shows for 20 s while scrapes are stored: TCP decides, and says so") {
  const oneshot::test::CapturedLog log;
  Rig rig(false);
  rig.start();
  const auto scrape_for = [&rig](int scrapes) {
    for (int i = 0; i < scrapes; ++i) {
      rig.confirmer->issued(100 + static_cast<std::uint64_t>(rig.store->up.size()));
      rig.store->healthy();
      rig.pass(seconds(5));
    }
  };
  SUBCASE("so") {
    scrape_for(7);
    CHECK(log.count("shows no oneshot_batch of ours") == 1);
    CHECK(rig.permit() == Permit::batch);
    rig.send(300);
    rig.confirmer->told(300, Outcome::delivered);
    CHECK(rig.outcomes(300) == Outcomes{Outcome::delivered});
    CHECK(!rig.queue.log(300).kept);
    // The marker reaches the store after all.
    rig.marker(301);
    rig.pass(seconds(11));
    CHECK(rig.confirmer->statistics().active);
    CHECK(rig.queue.is_calibrated);
  }
  SUBCASE("not while the store is younger than that") {
    rig.store->started = static_cast<double>(rig.clock.unix_ms()) / 1000 + 20;
    scrape_for(7);
    CHECK(rig.permit() == Permit::unseen);
    scrape_for(3);
    CHECK(rig.permit() == Permit::batch);
  }
  SUBCASE("not where nothing is stored") {
    for (int i = 0; i < 10; ++i) {
      rig.confirmer->issued(100 + static_cast<std::uint64_t>(i));
      rig.pass(seconds(5));
    }
    CHECK(rig.permit() == Permit::unseen);
  }
}

TEST_CASE("the API is silent: events wait, with one warning and one line when it is back") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.store->silent = true;
  rig.send(100);
  rig.confirmer->told(100, Outcome::delivered);
  rig.pass(seconds(30));
  CHECK(rig.outcomes(100).empty());
  CHECK(rig.permit() == Permit::waiting);
  CHECK(!rig.confirmer->statistics().up);
  CHECK(log.count("does not answer") == 1);
  CHECK(log.count("Connection refused") == 1);
  rig.store->silent = false;
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(5));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
  CHECK(rig.confirmer->statistics().up);
  CHECK(log.count("answers again") == 1);
}

TEST_CASE("the API is silent: TCP decides, where the config says so") {
  Options options;
  options.unreachable = Unreachable::tcp;
  Rig rig(true, options);
  rig.start();
  rig.store->silent = true;
  rig.send(100);
  rig.confirmer->told(100, Outcome::unconfirmed);
  rig.pass(seconds(1));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::unconfirmed});
  CHECK(rig.permit() == Permit::batch);
}

TEST_CASE("a marker that is relabelled away: five answers, then TCP decides until it shows again") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.marker(99);
  rig.pass(seconds(1));
  rig.send(100);
  rig.store->healthy();
  rig.confirmer->told(100, Outcome::delivered);
  rig.pass(seconds(1));
  rig.confirmer->issued(101);
  rig.store->healthy();
  rig.pass(seconds(60));
  CHECK(log.count("does not reach the scraper's store any more") == 1);
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
  CHECK(!rig.confirmer->statistics().active);
  CHECK(!rig.queue.is_calibrated);
  CHECK(rig.permit() == Permit::batch);
  rig.marker(102);
  rig.pass(seconds(11));
  CHECK(log.count("shows our batches again") == 1);
  CHECK(rig.confirmer->statistics().active);
}

TEST_CASE("a confirmed batch whose number vanishes goes out again") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(5));
  REQUIRE(rig.outcomes(100) == Outcomes{Outcome::delivered});
  rig.store->forget_since(scraped);
  rig.pass(seconds(20));
  CHECK(rig.queue.log(100).whole_again == 0);  // nothing later shows
  rig.marker(101);
  rig.pass(seconds(12));
  CHECK(rig.queue.log(100).whole_again == 1);
  CHECK(rig.confirmer->statistics().refuted_vanished == 1);
  CHECK(log.count("has lost a batch") == 1);
  rig.pass(seconds(30));
  CHECK(rig.queue.log(100).whole_again == 1);
  CHECK(rig.queue.log(100).let_go);
}

TEST_CASE("a confirmed batch that stays is let go after the time of rechecking, and then nothing is asked") {
  Rig rig;
  rig.start();
  rig.send(100);
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(119));
  CHECK(!rig.queue.log(100).let_go);
  rig.pass(seconds(8));
  CHECK(rig.queue.log(100).let_go);
  const std::size_t asked = rig.store->asked.size();
  rig.pass(seconds(120));
  CHECK(rig.store->asked.size() == asked);
}

TEST_CASE("where the log has needed the room, a batch that vanishes is lost, and that is said") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(5));
  rig.queue.log(100).room_needed = true;
  rig.store->forget_since(scraped);
  rig.marker(101);
  rig.pass(seconds(12));
  CHECK(log.count("the event log has needed its room: it is lost") == 1);
}

TEST_CASE("single events that a stored scrape lacks go out once more, and are counted when refused again") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  const Events events = {"id=\"1\"", "id=\"2\"", "id=\"3\""};
  rig.send(100, events);
  rig.store->scrape(100, {R"("id":"1")", R"("id":"3")"});
  rig.pass(seconds(10));
  CHECK(rig.queue.log(100).parts_again == std::vector<Events>{{"id=\"2\""}});
  CHECK(rig.confirmer->statistics().events_refused == 0);
  rig.send(101, {"id=\"2\""});
  rig.store->scrape(101);
  rig.pass(seconds(10));
  CHECK(rig.queue.log(101).parts_again.empty());
  CHECK(rig.confirmer->statistics().events_refused == 1);
  CHECK(log.count("sent twice") == 1);
  SUBCASE("and where the batch vanishes later, they do not go out with the others again") {
    const std::int64_t now = rig.clock.unix_ms();
    rig.store->forget_since(now - 30'000);
    rig.marker(102);
    rig.pass(seconds(12));
    CHECK(rig.queue.log(100).whole_again == 0);
    CHECK(rig.queue.log(100).parts_again.back() == Events{"id=\"1\"", "id=\"3\""});
  }
}

TEST_CASE("a relabelling that merges events repeats nothing") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.send(100, {"id=\"1\",type=\"x\"", "id=\"2\",type=\"x\"", "id=\"3\",type=\"x\""});
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(20));
  CHECK(rig.queue.log(100).parts_again.empty());
  CHECK(rig.queue.log(100).whole_again == 0);
  CHECK(rig.confirmer->statistics().events_refused == 2);
  CHECK(log.count("a relabelling at the scraper changes their labels") == 1);
}

TEST_CASE("equal events are one series, and nothing is missing") {
  Rig rig;
  rig.start();
  rig.send(100, {"id=\"1\"", "id=\"1\"", "id=\"2\""});
  rig.store->scrape(100, {R"("id":"1")", R"("id":"2")"});
  rig.pass(seconds(20));
  CHECK(rig.store->count("count(timestamp(") == 1);
  CHECK(rig.queue.log(100).parts_again.empty());
}

TEST_CASE("with explicit timestamps events are not counted, and vanished ones go out whole") {
  Rig rig;
  rig.queue.timestamps = true;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100);
  rig.pass(seconds(10));
  CHECK(rig.store->count("count(timestamp(") == 0);
  rig.store->forget_since(scraped);
  rig.marker(101);
  rig.pass(seconds(12));
  CHECK(rig.queue.log(100).whole_again == 1);
}

TEST_CASE("a clock set back: what was stored without its marker does not go out again") {
  Rig rig;
  rig.start();
  rig.marker(99);
  rig.pass(seconds(50));
  rig.clock.step(seconds(-45));
  rig.send(100, {"id=\"new\"", "type=\"known\""});
  rig.store->events_alone({R"("id":"new")"});
  rig.confirmer->told(100, Outcome::delivered);
  rig.pass(seconds(46));
  CHECK(rig.outcomes(100).empty());
  rig.marker(101);
  rig.pass(seconds(5));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});  // kept, for the rest of it
  CHECK(rig.queue.log(100).parts_again == std::vector<Events>{{"type=\"known\""}});
  CHECK(rig.confirmer->statistics().refuted_absent == 1);
}

TEST_CASE("what was stored beside known markers is no part of an absent batch") {
  Rig rig;
  rig.start();
  rig.send(99, {"id=\"1\""});
  rig.store->scrape(99, {R"("id":"1")"});
  rig.pass(seconds(1));
  rig.send(100, {"id=\"1\""});  // an equal event
  rig.pass(seconds(3));
  rig.marker(101);
  rig.pass(seconds(3));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
  CHECK(!rig.queue.log(100).kept);
}

TEST_CASE("an API that falls silent while a refuted batch is looked into: again a second later") {
  Rig rig;
  rig.start();
  rig.send(100);
  rig.pass(seconds(3));
  rig.marker(101);
  rig.store->asked.clear();
  rig.pass(milliseconds(200));
  // Between the answer about the marker and that about the events.
  while (rig.store->count("events_to_metrics") == 0) {
    rig.clock.advance(milliseconds(50));
    rig.store->tick();
    rig.io.restart();
    while (rig.store->count("events_to_metrics") == 0 && rig.io.poll_one() > 0) continue;
  }
  rig.store->silent = true;
  rig.pass(seconds(3));
  CHECK(rig.outcomes(100).empty());
  CHECK(rig.permit() == Permit::waiting);
  rig.store->silent = false;
  rig.pass(seconds(5));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
}

TEST_CASE("an old Prometheus that does not look ahead is asked without") {
  Rig rig;
  rig.store->old_prometheus = true;
  rig.start();
  rig.send(100);
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(milliseconds(250));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
  CHECK(rig.store->count("offset") == 1);
}

TEST_CASE("the batch of the program before is asked for at once") {
  for (const bool there : {true, false}) {
    Rig rig;
    if (there) rig.store->scrape(100, {R"("type":"x")"});
    rig.queue.batch(100);
    auto shared = rig.queue.batch(100);
    struct Handle final : oneshot::queue::Delivery {
      explicit Handle(std::shared_ptr<oneshot::queue::Delivery> of) : real(std::move(of)) {}
      [[nodiscard]] const oneshot::queue::Batch& batch() const noexcept override { return real->batch(); }
      [[nodiscard]] std::uint64_t count() const noexcept override { return real->count(); }
      [[nodiscard]] std::uint64_t number() const noexcept override { return real->number(); }
      void in_transfer(std::weak_ptr<oneshot::delivery::Transfer>) override {}
      void handed_over(bool) override {}
      void settle(Outcome outcome) override { real->settle(outcome); }
      std::unique_ptr<oneshot::queue::Kept> settle_and_keep() override { return real->settle_and_keep(); }
      std::shared_ptr<oneshot::queue::Delivery> real;
    };
    rig.queue.to_resume = std::make_unique<Handle>(std::move(shared));
    rig.start();
    rig.pass(milliseconds(100));
    CHECK(rig.store->count("oneshot_batch{scraper=\"prom-a\"}[90060s]") + rig.store->count("[90000s]") == 1);
    if (there) {
      CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
    } else {
      CHECK(rig.permit() == Permit::waiting);
      rig.marker(200);
      rig.pass(seconds(4));
      CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
    }
  }
}

TEST_CASE("a scraper that is confirmed no more: its batch goes by TCP, now or when TCP tells") {
  Rig rig;
  rig.start();
  rig.send(100);
  SUBCASE("now") {
    rig.confirmer->told(100, Outcome::unconfirmed);
    rig.confirmer->retire();
  }
  SUBCASE("later") {
    rig.confirmer->retire();
    CHECK(rig.outcomes(100).empty());
    rig.confirmer->told(100, Outcome::unconfirmed);
  }
  CHECK(rig.outcomes(100) == Outcomes{Outcome::unconfirmed});
  CHECK(rig.permit() == Permit::batch);
}

TEST_CASE("at the end it asks once more, and leaves open what is open") {
  Rig rig;
  rig.start();
  rig.send(100);
  SUBCASE("there") {
    rig.store->scrape(100, {R"("type":"x")"});
    rig.confirmer->stop();
    rig.settle_down();
    CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
  }
  SUBCASE("not there") {
    rig.confirmer->stop();
    rig.settle_down();
    CHECK(rig.outcomes(100).empty());
  }
  CHECK(rig.store->asked.size() >= 1);
  CHECK(rig.ended);
}

TEST_CASE("a reload takes effect at once") {
  Rig rig;
  rig.start();
  rig.store->silent = true;
  rig.send(100);
  rig.confirmer->told(100, Outcome::delivered);
  rig.pass(seconds(8));
  auto other = std::make_shared<FakeStore>(rig.io, rig.clock);
  other->scrape(100, {R"("type":"x")"});
  rig.confirmer->change(rig.options, other);
  rig.settle_down();
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
}
