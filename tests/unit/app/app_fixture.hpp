// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/options.hpp"
#include "app/router.hpp"
#include "app/services.hpp"
#include "http/handler.hpp"
#include "queue/local/embedded_queue.hpp"
#include "support/exposition_parser.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::app::test {

/// Waiting without a connection: time passes by the pause that was asked for.
class FakeWaiting final : public delivery::Waiting {
 public:
  explicit FakeWaiting(oneshot::test::ManualClock& clock) : clock_(clock) {}
  asio::awaitable<void> yield() override;
  asio::awaitable<void> pause(std::chrono::milliseconds duration) override;
  /// Blocks: what is waited for is done by a thread that is real.
  asio::awaitable<void> wait(delivery::OneShotEvent& event) override;
  asio::awaitable<void> wait_until(delivery::OneShotEvent& event, SteadyTime until) override;
  [[nodiscard]] bool peer_closed() noexcept override { return left; }
  [[nodiscard]] bool peer_reset() noexcept override { return reset; }

  [[nodiscard]] bool stopping() const noexcept override { return stops; }

  bool left = false;
  bool reset = false;
  bool stops = false;
  int gave_way = 0;
  std::function<void()> during_yield;  ///< what happens between two steps
  std::function<void()> before_wait;   ///< what happens before the wait for an event
  int paused = 0;
  std::function<void()> during_pause;  ///< what others do meanwhile

 private:
  oneshot::test::ManualClock& clock_;
};

/// A request in the words of a test: `{.target = "/metrics?peek=1"}`.
struct Call {
  http::Method method = http::Method::get;
  std::string target;
  std::vector<http::Header> headers = {};
  std::string body = {};
  std::string peer = "10.0.0.7";
  bool pipelined = false;
  std::uint64_t connection = 1;
  std::uint8_t listener = 0;
};

/// A reply as its client would see it, with the receipt still open.
struct Answer {
  int status = 0;
  std::string text;  ///< the body, sources read to their end; without `ids`
  std::string ids;   ///< `["…"]` of a JSON answer about events
  http::Reply reply;
};

/// One worker's router over a real queue, with a clock that stands still.
class App {
 public:
  /// `change` may change the options of the endpoints and of the queue before the start.
  explicit App(const std::function<void(Options&, queue::Options&)>& change = {});

  Answer call(const Call& call);
  Answer get(std::string target, std::string peer = "10.0.0.7");
  Answer post(std::string target);
  /// GET /metrics, whose receipt then says delivered.
  Answer scrape(std::string target = "/metrics", std::string peer = "10.0.0.7");

  /// Stores an event as a POST of this query; fails the test if it is not taken.
  void event(std::string_view query);
  /// Stores events, which are no client's, until there is no room. For a queue that may not drop.
  void fill_queue();

  oneshot::test::ManualClock clock;
  Options options;
  std::unique_ptr<queue::EmbeddedQueue> queue;
  std::unique_ptr<Services> services;
  std::unique_ptr<Router> router;
  FakeWaiting waiting{clock};
};

/// Reads a reply's source to its end into its text.
void read_source(Answer& answer);
/// Tells the receipt of an answer, if there is one, all that happens to a reply that arrives.
void deliver(Answer& answer);
/// The exposition of an answer; fails the test with the parser's words if Prometheus would refuse it.
oneshot::test::ParsedExposition parse(const Answer& answer);
/// The value of a sample that must be there.
double value_of(const Answer& answer, std::string_view name,
                std::vector<std::pair<std::string, std::string>> labels = {});
/// How many samples of events_to_metrics there are.
std::size_t event_samples(const Answer& answer);
std::string first_line(const Answer& answer);

}  // namespace oneshot::app::test
