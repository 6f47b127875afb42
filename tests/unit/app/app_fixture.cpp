// SPDX-License-Identifier: MIT
#include "unit/app/app_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "app/scrape/text/batch_text.hpp"
#include "base/log.hpp"

namespace oneshot::app::test {
asio::awaitable<void> FakeWaiting::yield() {
  ++gave_way;
  if (during_yield) during_yield();
  co_return;
}

asio::awaitable<void> FakeWaiting::pause(std::chrono::milliseconds duration) {
  ++paused;
  clock_.advance(duration);
  if (during_pause) during_pause();
  co_return;
}

asio::awaitable<void> FakeWaiting::wait(delivery::OneShotEvent& event) {
  if (before_wait) before_wait();
  const auto done = std::make_shared<std::atomic<bool>>(false);
  event.on_notify([done] {
    *done = true;
    done->notify_one();
  });
  done->wait(false);
  co_return;
}

asio::awaitable<void> FakeWaiting::wait_until(delivery::OneShotEvent& event, SteadyTime until) {
  ++paused;
  if (during_pause) during_pause();
  if (!event.notified() && clock_.steady() < until)
    clock_.advance(std::chrono::ceil<std::chrono::milliseconds>(until - clock_.steady()));
  co_return;
}

App::App(const std::function<void(Options&, queue::Options&)>& change) {
  log::set_level(log::Level::error);  // what is logged on the way is no test's output
  queue::Options queue_options;
  queue_options.storage.capacity_bytes = 1 << 20;
  if (change) change(options, queue_options);
  auto opened = queue::EmbeddedQueue::open(queue_options, clock);
  REQUIRE(opened.has_value());
  queue = std::move(*opened);
  services = std::make_unique<Services>(*queue, clock, 1);
  services->readiness.enter(Readiness::Phase::running);
  router = std::make_unique<Router>(*services, std::make_shared<const Options>(options), 0);
}

Answer App::call(const Call& call) {
  const std::string_view target = call.target;
  http::Request request;
  request.method = call.method;
  request.method_name = call.method == http::Method::get    ? "GET"
                        : call.method == http::Method::head ? "HEAD"
                        : call.method == http::Method::post ? "POST"
                                                            : "DELETE";
  request.path = target.substr(0, target.find('?'));
  request.query = target.substr(std::min(request.path.size() + 1, target.size()));
  request.headers = call.headers;
  request.body = call.body;
  const auto peer = Address::parse(call.peer);
  REQUIRE(peer.has_value());
  request.peer = *peer;
  request.arrived = clock.steady();
  request.pipelined = call.pipelined;
  request.connection = call.connection;
  request.listener = call.listener;

  Answer answer;
  asio::io_context context(1);
  std::exception_ptr thrown;
  http::Answer said = router->handle(request, waiting);
  if (auto* const later = std::get_if<asio::awaitable<http::Reply>>(&said)) {
    auto work = std::move(*later);
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr fault, http::Reply reply) {
      thrown = fault;
      answer.reply = std::move(reply);
    });
    context.run();
    if (thrown) std::rethrow_exception(thrown);
  } else if (auto* const pending = std::get_if<std::unique_ptr<http::PendingReply>>(&said)) {
    while (!(*pending)->ready().notified()) std::this_thread::yield();
    answer.reply = (*pending)->finish();
  } else {
    answer.reply = std::move(std::get<http::Reply>(said));
  }
  answer.status = answer.reply.status;
  answer.text = answer.reply.body;
  constexpr std::string_view name = ",\"ids\":";
  if (const std::size_t at = answer.text.find(name); at != std::string::npos) {
    const std::size_t end = answer.text.find(']', at) + 1;
    answer.ids = answer.text.substr(at + name.size(), end - at - name.size());
    answer.text.erase(at, end - at);
  }
  return answer;
}

Answer App::get(std::string target, std::string peer) {
  Answer answer = call({.target = std::move(target), .peer = std::move(peer)});
  read_source(answer);
  return answer;
}

Answer App::post(std::string target) { return call({.method = http::Method::post, .target = std::move(target)}); }

Answer App::scrape(std::string target, std::string peer) {
  Answer answer = get(std::move(target), std::move(peer));
  deliver(answer);
  return answer;
}

void App::fill_queue() {
  queue::Stored stored = queue::Stored::stored;
  for (int i = 0; i < 1'000'000 && stored == queue::Stored::stored; ++i)
    stored = queue->append(0, {.labels = "n=\"1\"", .value = 1});
  REQUIRE(stored == queue::Stored::full);
}

void App::event(std::string_view query) {
  const Answer answer = post("/event?" + std::string(query));
  INFO(answer.text);
  REQUIRE(answer.status == 200);
}

void read_source(Answer& answer) {
  if (!answer.reply.source) return;
  const std::uint64_t size = answer.reply.source->size();
  bool more = true;
  while (more) {
    std::string piece;
    more = answer.reply.source->append_next(piece);
    CHECK_FALSE(piece.empty());  // the last one is known as the last one when it is written
    CHECK(piece.size() < app::EventText::piece_bytes + 40'000);
    answer.text += piece;
  }
  CHECK(answer.text.size() == size);
  answer.reply.source.reset();
}

void deliver(Answer& answer) {
  if (!answer.reply.receipt) return;
  answer.reply.receipt->on_started(nullptr);
  answer.reply.receipt->on_handed_over(true);
  answer.reply.receipt->on_settled(delivery::Outcome::delivered);
  answer.reply.receipt.reset();
}

oneshot::test::ParsedExposition parse(const Answer& answer) {
  REQUIRE(answer.status == 200);
  auto parsed = oneshot::test::parse_exposition(answer.text);
  if (!parsed) FAIL(parsed.error());
  return std::move(*parsed);
}

double value_of(const Answer& answer, std::string_view name, std::vector<std::pair<std::string, std::string>> labels) {
  const auto parsed = parse(answer);
  const oneshot::test::ParsedSample* sample = parsed.sample(name, std::move(labels));
  INFO(name);
  REQUIRE(sample != nullptr);
  return sample->value;
}

std::size_t event_samples(const Answer& answer) {
  const auto parsed = parse(answer);
  const oneshot::test::ParsedFamily* family = parsed.family("events_to_metrics");
  REQUIRE(family != nullptr);
  return family->samples.size();
}

std::string first_line(const Answer& answer) { return answer.text.substr(0, answer.text.find('\n')); }

}  // namespace oneshot::app::test
