// SPDX-License-Identifier: MIT
#include "app/refusals/recent_refusals.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace oneshot::app {
namespace {

RecentRefusal refusal(std::int64_t unix_ms, std::string text = "why") {
  return {.unix_ms = unix_ms, .peer = "10.0.0.7", .status = 400, .reason = "bad_value", .text = std::move(text)};
}

TEST_CASE("the newest stay, oldest first") {
  RecentRefusals refusals;
  CHECK(refusals.all().empty());
  for (int i = 1; i <= 20; ++i) refusals.note(refusal(i));
  const auto all = refusals.all();
  REQUIRE(all.size() == RecentRefusals::max);
  CHECK(all.front().unix_ms == 5);
  CHECK(all.back().unix_ms == 20);
}

TEST_CASE("a long text is cut between characters") {
  RecentRefusals refusals;
  refusals.note(refusal(1, std::string(RecentRefusals::longest_text - 1, 'x') + "ü"));
  CHECK(refusals.all()[0].text == std::string(RecentRefusals::longest_text - 1, 'x'));
}

TEST_CASE("those of all workers come in their order") {
  std::vector<RecentRefusals> workers(3);
  workers[2].note(refusal(1));
  workers[0].note(refusal(2));
  workers[2].note(refusal(3));
  std::vector<std::int64_t> times;
  for (const RecentRefusal& one : all_of(workers)) times.push_back(one.unix_ms);
  CHECK(times == std::vector<std::int64_t>{1, 2, 3});
}

}  // namespace
}  // namespace oneshot::app
