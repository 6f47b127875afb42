// SPDX-License-Identifier: MIT
//
// What events cost in JSON, beside what they cost as a form: CPU of this thread, without network and kernel.
//
//   bodies                    prints the costs, and their ratios
//   bodies query COUNT        labels in the query, COUNT times and nothing else: for callgrind
//   bodies form COUNT         the same for a form
//   bodies json COUNT         the same for JSON
//
// Parsed by http::Parser, checked and rendered, appended for five scrapers: the way of a request but for its socket.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "app/router.hpp"
#include "app/services.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "http/parse/parser.hpp"
#include "json/parser.hpp"
#include "queue/local/embedded_queue.hpp"
#include "support/no_waiting.hpp"
#include "unit/app/allocation_count.hpp"

namespace oneshot::bench {
namespace {

constexpr std::size_t events_of_a_batch = 1000;
constexpr std::string_view event_json =
    R"({"type":"deploy","service":"checkout","version":"1.42.3","build":1234567,"ok":true,"value":42.5})";
constexpr std::string_view event_form = "type=deploy&service=checkout&version=1.42.3&build=1234567&ok=true&value=42.5";

// Requests as curl sends them.
std::string post(std::string_view path, std::string_view type, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: localhost:8090\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nContent-Type: " +
         std::string(type) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string lines() {
  std::string text;
  for (std::size_t i = 0; i < events_of_a_batch; ++i) text.append(event_json).append("\n");
  return text;
}

std::unique_ptr<queue::EmbeddedQueue> make_queue() {
  queue::Options options;
  options.storage.capacity_bytes = std::uint64_t{512} << 20;
  options.names = {"s0", "s1", "s2", "s3", "s4"};
  auto opened = queue::EmbeddedQueue::open(options, system_clock());
  if (!opened) std::exit(1);
  return std::move(*opened);
}

/// One worker, from the bytes of a request to its reply.
class Server {
 public:
  void serve(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
      const http::Fed fed = parser_.feed(bytes.substr(at));
      at += fed.used;
    }
    const http::Answer answer = router_.handle(parser_.request(), waiting_);
    const auto* const reply = std::get_if<http::Reply>(&answer);
    if (reply == nullptr || reply->status != 200) std::exit(1);
    parser_.next();
  }

 private:
  std::unique_ptr<queue::EmbeddedQueue> queue_ = make_queue();
  app::Services services_{*queue_, system_clock(), 1};
  app::Router router_{services_, std::make_shared<const app::Options>(), 0};
  http::Parser parser_{http::Limits{.bodies = &router_}};
  test::NoWaiting waiting_;
};

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

struct Cost {
  double ns = 1e18;
  double allocations = 0;
};

/// Of one of `each` events, the best of some rounds: what disturbs only adds.
Cost cost_of(std::size_t each, std::size_t times, const std::function<void()>& run) {
  constexpr int rounds = 7;
  Cost cost;
  const auto events = static_cast<double>(each * times);
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = app::test::allocations();
    const double begin = cpu_ns();
    for (std::size_t i = 0; i < times; ++i) run();
    cost.ns = std::min(cost.ns, (cpu_ns() - begin) / events);
    cost.allocations = static_cast<double>(app::test::allocations() - before) / events;
  }
  return cost;
}

void print(const char* name, const Cost& cost) { std::printf("%-48s%10.0f%16.4f\n", name, cost.ns, cost.allocations); }

constexpr std::string_view query_request =
    "POST /event?type=deploy&service=checkout HTTP/1.1\r\nHost: localhost:8090\r\nUser-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n\r\n";
const std::string form = post("/event", "application/x-www-form-urlencoded", event_form);
const std::string json = post("/event", "application/json", event_json);

int run_one(std::string_view name, std::uint64_t count) {
  Server server;
  const std::string_view request = name == "query" ? query_request : name == "form" ? form : json;
  for (; count > 0; --count) server.serve(request);
  return 0;
}

void print_table() {
  Server server;
  const std::string batch = post("/events", "application/x-ndjson", lines());
  json::Parser parser(std::size_t{1} << 20);
  std::printf("%-48s%10s%16s\n", "", "ns each", "operator new");
  const Cost of_form = cost_of(1, 100'000, [&] { server.serve(form); });
  const Cost of_json = cost_of(1, 100'000, [&] { server.serve(json); });
  const Cost of_line = cost_of(events_of_a_batch, 100, [&] { server.serve(batch); });
  const Cost of_parser = cost_of(1, 100'000, [&] {
    if (!parser.parse(event_json)) std::exit(1);
  });
  print("POST /event, a form with six parameters", of_form);
  print("POST /event, the same as JSON", of_json);
  print("POST /events, a line of 1,000", of_line);
  print("the parser of JSON alone", of_parser);
  std::printf(
      "\nJSON / form: %.2f (wanted: 1.25)\na line of a batch: %.3f us (wanted: 0.4), %.0f %% of it the parser\n",
      of_json.ns / of_form.ns, of_line.ns / 1000, 100 * of_parser.ns / of_line.ns);
}

}  // namespace
}  // namespace oneshot::bench

int main(int argc, char** argv) {
  oneshot::log::set_level(oneshot::log::Level::error);
  if (argc == 3) return oneshot::bench::run_one(argv[1], std::strtoull(argv[2], nullptr, 10));
  oneshot::bench::print_table();
}
