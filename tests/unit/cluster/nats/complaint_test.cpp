// SPDX-License-Identifier: MIT
#include "cluster/nats/complaint.hpp"

#include <doctest/doctest.h>

namespace oneshot::cluster {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a complaint is made at once, again after ten seconds, and when it has worked in between") {
  Complaint complaint("it does not work");
  const SteadyTime begin = SteadyTime{} + std::chrono::hours(1);
  CHECK(complaint.is_due("a", begin));
  CHECK_FALSE(complaint.is_due("a", begin + milliseconds(9999)));
  CHECK(complaint.is_due("a", begin + milliseconds(10000)));
  complaint.forget();
  CHECK(complaint.is_due("a", begin + milliseconds(10001)));
}

TEST_CASE("two reasons that take turns are said once a second, not each time") {
  Complaint complaint("it does not work");
  const SteadyTime begin = SteadyTime{} + std::chrono::hours(1);
  int said = 0;
  for (int ms = 0; ms < 5000; ++ms) said += complaint.is_due(ms % 2 == 0 ? "a" : "b", begin + milliseconds(ms)) ? 1 : 0;
  CHECK(said == 5);
}

}  // namespace
}  // namespace oneshot::cluster
