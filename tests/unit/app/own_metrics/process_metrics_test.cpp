// SPDX-License-Identifier: MIT
#include "app/own_metrics/process_metrics.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <chrono>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "exposition/text_format.hpp"
#include "support/exposition_parser.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::app {
namespace {

using namespace std::chrono_literals;

TEST_CASE("the columns of /proc/self/stat are counted from behind the program's name, whatever is in it") {
  const auto usage = parse_process_stat(
      "42 (a) b 1 (c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 4 0 12345 8192000 300 18446744073709551615 1\n", 100,
      4096);
  REQUIRE(usage.has_value());
  CHECK(usage->cpu_seconds == 2.0);
  CHECK(usage->started_after_boot == 123.45);
  CHECK(usage->virtual_bytes == 8192000);
  CHECK(usage->resident_bytes == 300 * 4096);
}

TEST_CASE("text that is no /proc/self/stat gives nothing") {
  CHECK_FALSE(parse_process_stat("", 100, 4096).has_value());
  CHECK_FALSE(parse_process_stat("42 (name", 100, 4096).has_value());
  CHECK_FALSE(parse_process_stat("42 (name) S 1 2", 100, 4096).has_value());
}

oneshot::test::ParsedExposition shown(const ProcessMetrics& metrics) {
  std::string text;
  exposition::Writer writer(text, exposition::text_format());
  metrics.append_to(writer);
  auto parsed = oneshot::test::parse_exposition(text);
  REQUIRE(parsed.has_value());
  return *std::move(parsed);
}

TEST_CASE("the files of the process are counted once a second, however many ask") {
  oneshot::test::ManualClock clock;
  const ProcessMetrics metrics(clock);
  const double before = shown(metrics).sample("process_open_fds")->value;
  const UniqueFd one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  clock.advance(999ms);
  CHECK(shown(metrics).sample("process_open_fds")->value == before);
  clock.advance(1ms);
  CHECK(shown(metrics).sample("process_open_fds")->value == before + 1);
}

TEST_CASE("this process has its usual metrics, and they parse") {
  const ProcessMetrics metrics(system_clock());
  const auto exposition = shown(metrics);
  const auto* const parsed = &exposition;
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
                           "process_start_time_seconds", "process_open_fds", "process_max_fds"}) {
    CAPTURE(name);
    const auto* sample = parsed->sample(name);
    REQUIRE(sample != nullptr);
    CHECK(sample->value >= 0);
  }
  CHECK(parsed->sample("process_resident_memory_bytes")->value > 100'000);
  CHECK(parsed->sample("process_start_time_seconds")->value > 1'500'000'000);
  CHECK(parsed->sample("process_open_fds")->value >= 3);
}

}  // namespace
}  // namespace oneshot::app
