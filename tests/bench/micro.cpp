// SPDX-License-Identifier: MIT
//
// What single steps cost, in nanoseconds of CPU time (of all threads) and calls of operator new; without network and
// kernel, but for one.
//
//   micro                     all, as a table
//   micro WORD                those whose name has this in it
//   micro NAME COUNT          one of them, COUNT times and nothing else: for callgrind
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "app/own_metrics/event_counters.hpp"
#include "app/scrape/text/batch_text.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "bench/wakeup.hpp"
#include "event/event_builder.hpp"
#include "event/form_parser.hpp"
#include "exposition/text_format.hpp"
#include "http/parse/parser.hpp"
#include "queue/local/embedded_queue.hpp"
#include "unit/app/allocation_count.hpp"

namespace oneshot::bench {
namespace {

using app::test::allocations;

/// Of this process: the machine may be busy with others.
double cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return 1e9 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec);
}

constexpr std::string_view target_query = "type=deploy&service=checkout";
constexpr std::string_view labels = R"(service="checkout",type="deploy")";
constexpr std::string_view curl_request =
    "POST /event?type=deploy&service=checkout HTTP/1.1\r\nHost: localhost:8090\r\nUser-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n\r\n";

std::unique_ptr<queue::EmbeddedQueue> make_queue(unsigned scrapers, unsigned appenders, std::uint64_t mib,
                                                 bool timestamps = false) {
  queue::Options options;
  options.storage.capacity_bytes = mib << 20;
  options.appenders = appenders;
  options.explicit_timestamps = timestamps;
  options.max_unnamed = scrapers;
  options.max_events_per_scrape = 100'000'000;
  options.max_scrape_bytes = std::uint64_t{1} << 30;
  for (unsigned i = 0; i < scrapers; ++i) options.names.push_back("s" + std::to_string(i));
  auto opened = queue::EmbeddedQueue::open(options, system_clock());
  if (!opened) std::exit(1);
  return std::move(*opened);
}

const event::Event deploy{.labels = labels, .value = 1, .value_given = false};

/// Through the interface, as app does it: no compiler looks through a volatile pointer.
queue::Queue& as_queue(queue::Queue& queue) {
  queue::Queue* volatile hidden = &queue;
  return *hidden;
}

void append(queue::EmbeddedQueue& embedded, unsigned appender, std::uint64_t count) {
  queue::Queue& queue = as_queue(embedded);
  for (; count > 0; --count) queue.append(appender, deploy);
}

std::unique_ptr<queue::Delivery> take_all(queue::EmbeddedQueue& queue, std::string_view scraper) {
  const std::unique_ptr<queue::WaitingScrape> waiter = std::move(*queue.enter(scraper));
  for (;;) {
    queue::StepResult result = waiter->step();
    if (auto* taken = std::get_if<std::unique_ptr<queue::Delivery>>(&result)) return std::move(*taken);
  }
}

/// Both passes over a batch, in pieces, as a scrape does it.
std::uint64_t render(const queue::Batch& events, bool timestamps) {
  const app::Options options;
  const exposition::Format& format = exposition::text_format();
  const auto text = timestamps ? app::timed_event_text(events, options, format, system_clock().unix_ms())
                               : app::merged_event_text(events, options, format);
  while (text->measure_next()) {
  }
  std::string out;
  std::uint64_t bytes = 0;
  for (bool more = true; more; out.clear()) {
    more = text->append_next(out);
    bytes += out.size();
  }
  return bytes;
}

struct Benchmark {
  std::string name;
  std::uint64_t count;                       // what is done so often in one run
  std::function<void(std::uint64_t)> setup;  // not measured
  std::function<void(std::uint64_t)> run;
};

struct State {
  std::unique_ptr<queue::EmbeddedQueue> queue;
  http::Parser parser;
  event::EventBuilder builder{16384};
  event::FormParser form{builder};
  std::uint64_t checked = 0;  // so that nothing is optimised away
};

void parse_one(State& state) {
  const http::Fed fed = state.parser.feed(curl_request);
  state.checked += fed.used + state.parser.request().query.size();
}

std::vector<Benchmark> benchmarks(State& state) {
  std::vector<Benchmark> all;
  for (const unsigned scrapers : {1U, 64U}) {
    all.push_back({"append, " + std::to_string(scrapers) + (scrapers == 1 ? " scraper" : " scrapers"), 2'000'000,
                   [&state, scrapers](std::uint64_t) { state.queue = make_queue(scrapers, 1, 512); },
                   [&state](std::uint64_t n) { append(*state.queue, 0, n); }});
  }
  for (const unsigned threads : {2U, 4U}) {
    all.push_back({"append, " + std::to_string(threads) + " threads", 2'000'000,
                   [&state, threads](std::uint64_t) { state.queue = make_queue(5, threads, 512); },
                   [&state, threads](std::uint64_t n) {
                     std::vector<std::jthread> running;
                     for (unsigned t = 0; t < threads; ++t)
                       running.emplace_back([&state, t, n, threads] { append(*state.queue, t, n / threads); });
                   }});
  }
  for (const std::uint64_t events : {1'000U, 100'000U, 1'000'000U}) {
    for (const bool timestamps : {false, true}) {
      all.push_back({"take and render, " + std::to_string(events) + " events" + (timestamps ? ", timestamps" : ""),
                     events,
                     [&state, timestamps](std::uint64_t n) {
                       state.queue = make_queue(1, 1, 1024, timestamps);
                       std::string series;
                       for (std::uint64_t i = 0; i < n; ++i) {
                         series = "service=\"checkout\",type=\"deploy\",id=\"" + std::to_string(i) + '"';
                         state.queue->append(0, {.labels = series, .value = 1, .value_given = false});
                       }
                     },
                     [&state, timestamps](std::uint64_t) {
                       const auto delivery = take_all(*state.queue, "s0");
                       state.checked += render(delivery->batch(), timestamps);
                       delivery->settle(delivery::Outcome::delivered);
                     }});
    }
  }
  all.push_back({"parse a request", 1'000'000, [](std::uint64_t) {},
                 [&state](std::uint64_t n) {
                   for (; n > 0; --n) {
                     parse_one(state);
                     state.parser.next();
                   }
                 }});
  all.push_back({"check and render an event", 1'000'000, [](std::uint64_t) {},
                 [&state](std::uint64_t n) {
                   for (; n > 0; --n) state.checked += state.form.parse(target_query, {}).value().labels.size();
                 }});
  all.push_back({"the way of an event", 1'000'000, [&state](std::uint64_t) { state.queue = make_queue(5, 1, 512); },
                 [&state](std::uint64_t n) {
                   queue::Queue& queue = as_queue(*state.queue);
                   for (; n > 0; --n) {
                     parse_one(state);
                     const auto event = state.form.parse(state.parser.request().query, {});
                     queue.append(0, *event);
                     state.parser.next();
                   }
                 }});
  all.push_back({"wake a connection", 1'000'000, [](std::uint64_t) {},
                 [](std::uint64_t n) {
                   Wakeup wakeup;
                   wakeup.run(n);
                 }});
  all.push_back({"count an event, 2 labels", 1'000'000, [](std::uint64_t) {},
                 [](std::uint64_t n) {
                   app::Options options;
                   options.counter_labels = {"service", "type"};
                   app::EventCounters counters(app::counter_config(options), 1);
                   for (; n > 0; --n) app::EventCounters::count(counters.series_of(0, deploy));
                 }});
  return all;
}

void print_table(State& state, std::string_view word) {
  constexpr int rounds = 5;
  std::printf("%-44s%12s%16s\n", "", "ns each", "operator new");
  for (const Benchmark& benchmark : benchmarks(state)) {
    if (benchmark.name.find(word) == std::string::npos) continue;
    double best = 1e18;
    std::uint64_t calls = 0;
    for (int round = 0; round < rounds; ++round) {
      benchmark.setup(benchmark.count);
      const std::uint64_t before = allocations();
      const double begin = cpu_ns();
      benchmark.run(benchmark.count);
      const double took = cpu_ns() - begin;
      calls = allocations() - before;
      best = std::min(best, took / static_cast<double>(benchmark.count));
    }
    std::printf("%-44s%12.1f%16.4f\n", benchmark.name.c_str(), best,
                static_cast<double>(calls) / static_cast<double>(benchmark.count));
  }
}

/// What is measured, under a name that callgrind knows (test_instruction_counts.py).
[[gnu::noinline]] void run_measured(const Benchmark& benchmark, std::uint64_t count) { benchmark.run(count); }

int run_one(State& state, std::string_view name, std::uint64_t count) {
  for (const Benchmark& benchmark : benchmarks(state)) {
    if (benchmark.name != name) continue;
    benchmark.setup(count);
    run_measured(benchmark, count);
    return 0;
  }
  std::fprintf(stderr, "no benchmark \"%.*s\"\n", static_cast<int>(name.size()), name.data());
  return 2;
}

}  // namespace
}  // namespace oneshot::bench

int main(int argc, char** argv) {
  oneshot::log::set_level(oneshot::log::Level::error);
  oneshot::bench::State state;
  if (argc == 3) return oneshot::bench::run_one(state, argv[1], std::strtoull(argv[2], nullptr, 10));
  oneshot::bench::print_table(state, argc == 2 ? argv[1] : "");
  return state.checked == 0 ? 1 : 0;
}
