// SPDX-License-Identifier: MIT
// Scrapes of a scraper whose own API confirms deliveries: what goes out, and who settles. The loop that asks does not
// run here, so that nothing is ever answered.
#include <doctest/doctest.h>

#include <asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>

#include "confirm/confirmers.hpp"
#include "confirm/options.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;
using test::event_samples;
using test::first_line;
using test::value_of;

const std::string prom = "/metrics?scraper=prom";

class SilentApi final : public confirm::Api {
 public:
  asio::awaitable<Result<std::string, confirm::ApiError>> get(std::string, std::size_t) override {
    co_return Unexpected{confirm::ApiError{"silent"}};
  }
  asio::awaitable<void> wait_until(delivery::OneShotEvent&, SteadyTime) override { co_return; }
};

struct Confirmed {
  explicit Confirmed(bool calibrated)
      : app([](Options&, queue::Options& options) {
          options.names = {"prom"};
          options.confirmed = {"prom"};
        }),
        confirmers(
            *app.queue, app.clock, [](const confirm::Options&) { return std::make_shared<SilentApi>(); },
            [](asio::awaitable<void>) {}) {
    app.queue->set_calibrated("prom", calibrated);
    confirm::Options confirmed;
    confirmed.url = "http://prom:9090";
    confirmers.change({{"prom", confirmed}}, app.options.metric);
    app.services->confirmers = &confirmers;
  }

  App app;
  confirm::Confirmers confirmers;
};

double number(const Answer& answer, const std::string& scraper = "prom") {
  return value_of(answer, "oneshot_batch", {{"scraper", scraper}});
}

TEST_CASE("each exposition to a scraper has a number of its own, which grows; a look has none") {
  App app;
  const double first = number(app.scrape(prom));
  app.event("n=1");
  const double second = number(app.scrape(prom));
  const double third = number(app.scrape(prom));
  CHECK(first < second);
  CHECK(second < third);
  CHECK(app.get(prom + "&peek=1").text.find("oneshot_batch{") == std::string::npos);
  CHECK(number(app.call({.target = prom, .pipelined = true})) > third);
  // Another scraper's marker is not shown.
  CHECK(app.scrape("/metrics?scraper=other").text.find("oneshot_batch{scraper=\"prom\"}") == std::string::npos);
}

TEST_CASE("before a marker has shown: markers alone, and the events wait") {
  Confirmed rig(false);
  rig.app.event("n=1");
  for (int i = 0; i < 3; ++i) {
    const Answer answer = rig.app.scrape(prom);
    CHECK(event_samples(answer) == 0);
    CHECK(number(answer) > 0);
    CHECK(first_line(answer).find("no batch: waiting for prom to show its first oneshot_batch;") != std::string::npos);
  }
  CHECK(value_of(rig.app.get(prom + "&peek=1"), "oneshot_events_waiting", {{"scraper", "prom"}}) == 1);
  CHECK(value_of(rig.app.get(prom + "&peek=1"), "oneshot_confirm_active", {{"scraper", "prom"}}) == 0);
  // Nothing failed: whoever reads the counts would look for a connection that broke.
  CHECK(value_of(rig.app.get(prom + "&peek=1"), "oneshot_batches_total",
                 {{"scraper", "prom"}, {"outcome", "withdrawn"}}) == 0);
}

TEST_CASE("the API tells how the confirmation of a scraper stands, and nothing of it of others") {
  Confirmed rig(false);
  rig.app.scrape("/metrics?scraper=other");
  const std::string text = rig.app.get("/api/v1/scrapers").text;
  CHECK(text.find(R"("name":"other","named":false,"confirmed":false,"shared")") != std::string::npos);
  CHECK(text.find(R"("name":"prom","named":true,"confirmed":true,"confirmation":{"url":"http://prom:9090","up":false,)"
                  R"("since_unix_ms":0,"decides":"nothing","unreachable":"wait"},"shared")") != std::string::npos);
  CHECK(rig.app.get("/api/v1/status").text.find(R"("confirmation":{"url")") != std::string::npos);
}

TEST_CASE("a batch that TCP calls delivered stays out until the API has shown it") {
  Confirmed rig(true);
  rig.app.event("n=1");
  const Answer batch = rig.app.scrape(prom);
  CHECK(event_samples(batch) == 1);
  const auto in_flight = [&] {
    return value_of(rig.app.get(prom + "&peek=1"), "oneshot_events_in_flight", {{"scraper", "prom"}});
  };
  CHECK(in_flight() == 1);
  rig.app.event("n=2");
  const SteadyTime before = rig.app.clock.steady();
  const Answer waits = rig.app.scrape(prom);
  CHECK(rig.app.clock.steady() - before == std::chrono::milliseconds(300));
  CHECK(event_samples(waits) == 0);
  CHECK(number(waits) > number(batch));
  const std::string shown = std::to_string(static_cast<std::uint64_t>(number(batch)));
  CHECK(first_line(waits).find("no batch: waiting for prom to show batch " + shown + ";") != std::string::npos);
  CHECK(in_flight() == 1);
}

TEST_CASE("a scrape waits for the answer for a quarter of a short timeout") {
  Confirmed rig(true);
  rig.app.event("n=1");
  CHECK(event_samples(rig.app.scrape(prom)) == 1);
  const SteadyTime before = rig.app.clock.steady();
  rig.app.call({.target = prom, .headers = {{"X-Prometheus-Scrape-Timeout-Seconds", "0.4"}}});
  CHECK(rig.app.clock.steady() - before == std::chrono::milliseconds(100));
}

TEST_CASE("a batch that was cut off, or never sent, goes out again at once") {
  Confirmed rig(true);
  rig.app.event("n=1");
  {
    Answer answer = rig.app.get(prom);
    CHECK(event_samples(answer) == 1);
    SUBCASE("cut off") { answer.reply.receipt->on_settled(delivery::Outcome::truncated); }
    SUBCASE("never sent") { answer.reply.receipt.reset(); }
  }
  CHECK(event_samples(rig.app.scrape(prom)) == 1);
}

TEST_CASE("a scraper without a confirmer is not touched by one of another") {
  Confirmed rig(true);
  rig.app.scrape("/metrics?scraper=other");
  rig.app.event("n=1");
  CHECK(event_samples(rig.app.scrape("/metrics?scraper=other")) == 1);
  CHECK(value_of(rig.app.get("/metrics?scraper=other&peek=1"), "oneshot_events_delivered_total",
                 {{"scraper", "other"}}) == 1);
}

TEST_CASE("the numbers of confirmation are there from the start, at 0, only for scrapers that are confirmed") {
  Confirmed rig(true);
  const Answer answer = rig.app.scrape(prom);
  for (const char* const name : {"oneshot_batches_confirmed_total", "oneshot_events_refused_total"})
    CHECK(value_of(answer, name, {{"scraper", "prom"}}) == 0);
  for (const char* const reason : {"refused", "absent", "vanished"})
    CHECK(value_of(answer, "oneshot_batches_refuted_total", {{"scraper", "prom"}, {"reason", reason}}) == 0);
  CHECK(value_of(answer, "oneshot_confirm_active", {{"scraper", "prom"}}) == 1);
  App plain;
  CHECK(plain.scrape(prom).text.find("oneshot_confirm") == std::string::npos);
}

}  // namespace
}  // namespace oneshot::app
