// SPDX-License-Identifier: MIT
// One scraper's loop against a store on a table: the rules end to end, without sockets and without waiting.
#include "confirm/confirmer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "confirmer_rig.hpp"
#include "support/captured_log.hpp"

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)
using oneshot::confirm::test::FakeStore;
using oneshot::confirm::test::Outcomes;
using oneshot::confirm::test::Rig;
using oneshot::delivery::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Permit = Judge::Permit;

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
  CHECK(rig.confirmer->in_words(Permit::unseen) == "no batch: waiting for prom-a to show its first oneshot_batch");
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

TEST_CASE("how the confirmation stands is told with since when, and why there is no answer") {
  Rig rig;
  rig.confirmer = std::make_shared<Confirmer>("prom-a", rig.options, rig.queue, rig.clock, rig.store);
  CHECK(rig.confirmer->state().since_unix_ms == 0);
  CHECK(rig.confirmer->state().url == "http://prom-a:9090");
  rig.run();
  const std::int64_t start = rig.clock.unix_ms();
  CHECK(rig.confirmer->state().up);
  CHECK(rig.confirmer->state().since_unix_ms == start);
  CHECK(rig.confirmer->state().decides == Decides::api);
  rig.store->silent = true;
  rig.send(100);
  rig.confirmer->told(100, Outcome::delivered);
  rig.pass(seconds(30));
  const State away = rig.confirmer->state();
  CHECK(!away.up);
  CHECK(away.decides == Decides::nothing);
  CHECK(away.reason == "cannot connect to prom-a:9090: Connection refused");
  CHECK(away.since_unix_ms > start);
  CHECK(away.since_unix_ms < start + 2000);  // of the first question that failed, not of the last
  rig.store->silent = false;
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(5));
  CHECK(rig.confirmer->state().up);
  CHECK(rig.confirmer->state().reason.empty());
  CHECK(rig.confirmer->state().since_unix_ms > start + 29'000);
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
  CHECK(rig.store->asked.size() == 1);
  CHECK(rig.store->count("offset") == 0);  // since the answer at the start
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
      void end_reading() noexcept override {}
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

TEST_CASE("the API is asked at the start, and again and again while it does not answer") {
  Rig rig;
  rig.store->silent = true;
  rig.start();
  CHECK(!rig.confirmer->statistics().up);
  rig.pass(seconds(60));
  CHECK(rig.store->asked.size() >= 5);
  CHECK(rig.store->asked.size() <= 12);
  rig.store->silent = false;
  rig.pass(seconds(11));
  CHECK(rig.confirmer->statistics().up);
  rig.store->asked.clear();
  rig.pass(seconds(60));
  CHECK(rig.store->asked.empty());
}
